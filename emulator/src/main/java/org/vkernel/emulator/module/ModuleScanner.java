package org.vkernel.emulator.module;

import static java.lang.classfile.ClassFile.ACC_NATIVE;
import static java.lang.classfile.ClassFile.ACC_SYNCHRONIZED;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.LoadableConstantEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.MethodHandleEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks through a module's code, before it is loaded, for what would act behind the kernel's back:
 * host threads and locks, clocks, chance, identity, the host's files and output, reflection.
 *
 * <p>Every place is listed, not the first alone. What can only be seen while the code runs is not
 * found: a {@code HashMap} whose keys have no {@code hashCode} of their own, for one.
 */
public final class ModuleScanner {
    private static final ImmutableSet<String> MONITOR_METHODS =
            ImmutableSet.of("wait()V", "wait(J)V", "wait(JI)V", "notify()V", "notifyAll()V");
    private static final Comparator<Refusal> BY_PLACE =
            Comparator.comparing(Refusal::file)
                    .thenComparingInt(Refusal::line)
                    .thenComparing(Refusal::what);

    private final ModuleClasses classes;
    private final OutsideAccess outside;
    private final Set<Refusal> refusals = new LinkedHashSet<>();
    private ModuleClass where;
    private int line;

    private ModuleScanner(ModuleClasses classes, ModuleClass first) {
        this.classes = classes;
        this.outside = new OutsideAccess(classes);
        this.where = first;
    }

    /**
     * Returns why the module that {@code pattern} stands for would not be loaded, sorted by file
     * and line; empty if it would.
     *
     * @throws IllegalArgumentException if {@code pattern} cannot be a module at all
     */
    public static ImmutableList<Refusal> scan(Class<?> pattern) {
        return scan(ModuleClasses.of(pattern));
    }

    static ImmutableList<Refusal> scan(ModuleClasses classes) {
        ModuleScanner scanner = new ModuleScanner(classes, classes.all().iterator().next());
        for (ModuleClass c : classes.all()) {
            scanner.scanClass(c);
        }
        return ImmutableList.sortedCopyOf(BY_PLACE, scanner.refusals);
    }

    private void scanClass(ModuleClass c) {
        where = c;
        line = firstLine(c);
        String above = c.superName();
        if (above != null) {
            checkClass(above);
        }
        c.interfaceNames().forEach(this::checkClass);
        for (MethodModel m : c.model().methods()) {
            scanMethod(m);
        }
    }

    /** The first line that has code: for most classes that of the class's declaration. */
    private static int firstLine(ModuleClass c) {
        return c.model().methods().stream()
                .mapToInt(m -> firstLine(m, Integer.MAX_VALUE))
                .filter(l -> l != Integer.MAX_VALUE)
                .min()
                .orElse(0);
    }

    private static int firstLine(MethodModel m, int otherwise) {
        return m.code().stream()
                .flatMap(code -> code.elementList().stream())
                .filter(LineNumber.class::isInstance)
                .mapToInt(e -> ((LineNumber) e).line())
                .min()
                .orElse(otherwise);
    }

    private void scanMethod(MethodModel m) {
        int flags = m.flags().flagsMask();
        line = firstLine(m, firstLine(where));
        if ((flags & ACC_SYNCHRONIZED) != 0) {
            refuse("has a synchronized method", "SpinLock or Mutex");
        }
        if ((flags & ACC_NATIVE) != 0) {
            refuse("has a native method", "Java");
        }
        CodeModel code = m.code().orElse(null);
        // The compiler writes this one for lambdas that can be serialised; nobody calls it here.
        if (code != null && !m.methodName().equalsString("$deserializeLambda$")) {
            scanCode(code.elementList());
        }
    }

    private void scanCode(List<CodeElement> code) {
        for (int i = 0; i < code.size(); i++) {
            if (!AssertionStatus.isAsked(code, i)) {
                scanInstruction(code.get(i));
            }
        }
    }

    private void scanInstruction(CodeElement element) {
        switch (element) {
            case LineNumber n -> line = n.line();
            case MonitorInstruction m -> {
                if (m.opcode() == Opcode.MONITORENTER) {
                    refuse("uses synchronized", "SpinLock or Mutex");
                }
            }
            case FieldInstruction f -> checkMember(f.field());
            case InvokeInstruction call -> checkMember(call.method());
            case InvokeDynamicInstruction call -> checkDynamic(call);
            case NewObjectInstruction n -> outside(n.className());
            case NewReferenceArrayInstruction n -> outside(n.componentType());
            case NewMultiArrayInstruction n -> outside(n.arrayType());
            case TypeCheckInstruction t -> checkConstant(t.type());
            case ConstantInstruction.LoadConstantInstruction c -> checkConstant(c.constantEntry());
            default -> {}
        }
    }

    private void checkConstant(LoadableConstantEntry constant) {
        switch (constant) {
            case ClassEntry c -> ModuleClasses.named(c.asInternalName(), this::checkClass);
            case MethodHandleEntry h -> checkMember(h.reference());
            case MethodTypeEntry t ->
                    ModuleClasses.described(t.descriptor().stringValue(), this::outside);
            default -> {}
        }
    }

    private void checkDynamic(InvokeDynamicInstruction call) {
        var bootstrap = call.invokedynamic().bootstrap();
        String maker = bootstrap.bootstrapMethod().reference().owner().asInternalName();
        if (!HostApis.isCompilersBootstrap(maker)) {
            refuse("uses a bootstrap method of " + javaName(maker), "plain calls and fields");
        }
        bootstrap.arguments().forEach(this::checkConstant);
        ModuleClasses.described(call.type().stringValue(), this::outside);
    }

    private void checkClass(String name) {
        check(name, null);
        outside(name);
    }

    private void checkMember(MemberRefEntry member) {
        String owner = member.owner().asInternalName();
        if (owner.startsWith("[")) {
            return;
        }
        String name = member.name().stringValue();
        String type = member.type().stringValue();
        if (MONITOR_METHODS.contains(name + type)) {
            refuse("uses Object." + name, "a wait queue of the kernel");
        } else if ((name + type).equals("printStackTrace()V")) {
            refuse("uses Throwable.printStackTrace", "printk");
        } else if (name.equals("hashCode") && type.equals("()I") && isIdentityHash(owner)) {
            refuse(
                    "uses Object.hashCode, which is the object's identity",
                    "a hashCode() of its own");
        } else {
            check(owner, name);
            String reason = outside.refusal(where, member);
            if (reason != null) {
                refuseAccess(reason);
            }
        }
    }

    /** Whether the static type has no {@code hashCode} but {@code Object}'s. */
    private boolean isIdentityHash(String owner) {
        if (owner.equals("java/lang/Object")) {
            return true;
        }
        ModuleClass c = classes.get(owner);
        String above = c == null ? null : c.superName();
        if (c == null || above == null || c.isInterface() || c.isRecord()) {
            return false;
        }
        boolean declares =
                c.model().methods().stream()
                        .anyMatch(m ->
                                m.methodName().equalsString("hashCode")
                                        && m.methodType().equalsString("()I"));
        return !declares && isIdentityHash(above);
    }

    private void check(String className, @Nullable String member) {
        // A member is named by the class through which it is reached, which may be the module's.
        for (String c = className; c != null; ) {
            HostApis.Verdict verdict = HostApis.verdict(c, member);
            if (verdict != null) {
                String suffix = verdict.namesMember() && member != null ? "." + member : "";
                refuse("uses " + javaName(c) + suffix, verdict.useInstead());
                return;
            }
            ModuleClass own = member == null ? null : classes.get(c);
            c = own == null ? null : own.superName();
        }
    }

    private void outside(ClassEntry c) {
        ModuleClasses.named(c.asInternalName(), this::outside);
    }

    private void outside(String className) {
        String reason = outside.refusal(className);
        if (reason != null) {
            refuseAccess(reason);
        }
    }

    private void refuseAccess(String what) {
        refuse(what, "a public one: a module reaches no other outside its own classes");
    }

    private void refuse(String what, String useInstead) {
        refusals.add(new Refusal(where.sourceFile(), line, what, useInstead));
    }

    private static String javaName(String internalName) {
        return internalName.replace('/', '.');
    }
}
