package org.vkernel.emulator.module;

import static java.lang.classfile.Opcode.GETFIELD;
import static java.lang.classfile.Opcode.GETSTATIC;
import static java.lang.classfile.Opcode.INVOKESPECIAL;
import static java.lang.classfile.Opcode.PUTFIELD;
import static java.lang.classfile.Opcode.PUTSTATIC;

import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction.LoadConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be inserted into one method, and where.
 *
 * <p>Made before the method is written, because the writer may write it twice (when a branch turns
 * out to be too far for a short jump), and sites must be numbered once.
 */
final class PointPlan {
    /**
     * What is inserted before an instruction; {@link #NUMBER_OBJECT} after it, {@link
     * #ASK_OWN_CLASS} in its place.
     */
    enum Action {
        NONE,
        READ_FIELD,
        WRITE_FIELD,
        READ_STATIC,
        WRITE_STATIC,
        READ_ELEMENT,
        WRITE_ELEMENT,
        LOOP,
        NUMBER_OBJECT,
        ASK_OWN_CLASS
    }

    private final Action[] actions;
    private final int[] sites;
    private final boolean[] movesStatic;
    private boolean isEmpty = true;

    private PointPlan(int size) {
        actions = new Action[size];
        sites = new int[size];
        movesStatic = new boolean[size];
    }

    /** The action at the code's element with that index. */
    Action action(int index) {
        return actions[index];
    }

    int site(int index) {
        return sites[index];
    }

    /** Whether the element accesses a static field of an interface, which lives elsewhere now. */
    boolean movesStatic(int index) {
        return movesStatic[index];
    }

    /** Whether the method stays as it is. */
    boolean isEmpty() {
        return isEmpty;
    }

    /**
     * Plans one method.
     *
     * @param sites where sites are numbered, or null if the module gets no points
     */
    static PointPlan of(
            ModuleClasses classes,
            ModuleClass where,
            MethodModel method,
            CodeModel code,
            ModuleSites.@Nullable Builder sites) {
        return new Planner(classes, where, method, code, sites).plan();
    }

    private static final class Planner {
        private final ModuleClasses classes;
        private final ModuleClass where;
        private final String methodName;
        private final List<CodeElement> elements;
        private final ModuleSites.@Nullable Builder sites;
        private final PointPlan plan;
        private final Set<Label> labelsBehind = new HashSet<>();
        private final BitSet unseen;

        /** Whether {@code this} is not yet an object: before the call of another constructor. */
        private boolean inPrologue;

        private int unfinishedObjects;
        private int line;

        Planner(
                ModuleClasses classes,
                ModuleClass where,
                MethodModel method,
                CodeModel code,
                ModuleSites.@Nullable Builder sites) {
            this.classes = classes;
            this.where = where;
            this.methodName = method.methodName().stringValue();
            this.elements = code.elementList();
            this.sites = sites;
            this.plan = new PointPlan(elements.size());
            this.inPrologue = methodName.equals("<init>");
            this.unseen = ArrayInitialisers.find(elements);
        }

        PointPlan plan() {
            for (int i = 0; i < elements.size(); i++) {
                plan.actions[i] = Action.NONE;
                visit(i, elements.get(i));
            }
            return plan;
        }

        private void visit(int i, CodeElement element) {
            switch (element) {
                case LineNumber n -> line = n.line();
                case LabelTarget t -> labelsBehind.add(t.label());
                case FieldInstruction f -> field(i, f);
                case ArrayLoadInstruction a -> array(i, Action.READ_ELEMENT, a.typeKind());
                case ArrayStoreInstruction a -> array(i, Action.WRITE_ELEMENT, a.typeKind());
                case BranchInstruction b -> loop(i, labelsBehind.contains(b.target()));
                case TableSwitchInstruction s -> loop(i, goesBack(s.defaultTarget(), s.cases()));
                case LookupSwitchInstruction s -> loop(i, goesBack(s.defaultTarget(), s.cases()));
                case NewObjectInstruction _ -> unfinishedObjects++;
                case InvokeInstruction call -> invocation(i, call);
                case LoadConstantInstruction _ -> {
                    if (classes.isNested() && AssertionStatus.isAsked(elements, i)) {
                        set(i, Action.ASK_OWN_CLASS, 0);
                    }
                }
                default -> {}
            }
        }

        private boolean goesBack(Label defaultTarget, List<SwitchCase> cases) {
            return labelsBehind.contains(defaultTarget)
                    || cases.stream().anyMatch(c -> labelsBehind.contains(c.target()));
        }

        private void field(int i, FieldInstruction f) {
            ModuleClass.Field field =
                    classes.field(
                            f.owner().asInternalName(),
                            f.name().stringValue(),
                            f.type().stringValue());
            if (field == null) {
                return;
            }
            if (field.owner().isInterface() && field.needsReset()) {
                plan.movesStatic[i] = true;
                plan.isEmpty = false;
            }
            // Before the other constructor's call only writes can mean {@code this}, and {@code
            // this} cannot be handed on yet.
            boolean ofUnfinished = inPrologue && f.opcode() == PUTFIELD;
            if (sites != null && field.isMutable() && !ofUnfinished) {
                set(i, fieldAction(f.opcode()), sites.addField(where, methodName, line, field));
            }
        }

        private static Action fieldAction(Opcode opcode) {
            return switch (opcode) {
                case GETFIELD -> Action.READ_FIELD;
                case PUTFIELD -> Action.WRITE_FIELD;
                case GETSTATIC -> Action.READ_STATIC;
                case PUTSTATIC -> Action.WRITE_STATIC;
                default -> throw new IllegalArgumentException("no access to a field: " + opcode);
            };
        }

        private void array(int i, Action action, TypeKind kind) {
            if (sites != null && !unseen.get(i)) {
                set(i, action, sites.addArray(where, methodName, line, arrayName(kind)));
            }
        }

        private static String arrayName(TypeKind kind) {
            return switch (kind) {
                case REFERENCE -> "Object[]";
                case BYTE -> "byte[] or boolean[]";
                default -> kind.upperBound().displayName() + "[]";
            };
        }

        private void loop(int i, boolean goesBack) {
            if (sites != null && goesBack) {
                set(i, Action.LOOP, sites.addLoop(where, methodName, line));
            }
        }

        private void invocation(int i, InvokeInstruction call) {
            if (call.opcode() != INVOKESPECIAL || !call.name().equalsString("<init>")) {
                return;
            }
            if (unfinishedObjects > 0) {
                unfinishedObjects--;
            } else if (inPrologue) {
                inPrologue = false;
                boolean callsSuper = call.owner().asInternalName().equals(where.superName());
                if (sites != null && callsSuper && ModuleInstrumenter.hasNumber(classes, where)) {
                    set(i, Action.NUMBER_OBJECT, 0);
                }
            }
        }

        private void set(int i, Action action, int site) {
            plan.actions[i] = action;
            plan.sites[i] = site;
            plan.isEmpty = false;
        }
    }
}
