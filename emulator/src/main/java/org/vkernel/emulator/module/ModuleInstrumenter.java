package org.vkernel.emulator.module;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_SYNTHETIC;
import static java.lang.constant.ConstantDescs.CD_List;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_long;

import com.google.common.collect.ImmutableMap;
import java.lang.classfile.AccessFlags;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.EnclosingMethodAttribute;
import java.lang.classfile.attribute.InnerClassesAttribute;
import java.lang.classfile.attribute.NestHostAttribute;
import java.lang.classfile.attribute.NestMembersAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a module's classes: fresh static variables at each load and, for the simulated machine,
 * points.
 *
 * <p>Points stand before each access to a mutable field of the module (an instance's or a static
 * one) and to each array element, and once in each turn of a loop. Final fields have none, not even
 * those static ones that are set by code: nobody else sees them change. Objects of the module get a
 * number as soon as their superclass's constructor is done.
 *
 * <p>Static variables: what was the static initialiser becomes an ordinary method, which the JVM's
 * initialisation calls once and the loader at each later load; a method beside it sets all static
 * variables back to zeros and constants. Static finals that code sets lose {@code final} for it,
 * and those of interfaces, where they cannot, move to a class beside. Classes that keep their
 * statics ({@link ModuleClass#keepsStatics}) are left out.
 */
final class ModuleInstrumenter {
    private final ModuleClasses classes;
    private final ModuleSites.@Nullable Builder sites;
    private final OutsideAccess outside;
    private final ClassDesc points;
    private final ClassFile classFile;

    private ModuleInstrumenter(ModuleClasses classes, ModuleSites.@Nullable Builder sites) {
        this.classes = classes;
        this.sites = sites;
        this.outside = new OutsideAccess(classes);
        this.points = Synthetic.pointsClass(classes.patternName());
        this.classFile =
                ClassFile.of(
                        ClassFile.ClassHierarchyResolverOption.of(classes.hierarchy()),
                        ClassFile.DeadCodeOption.PATCH_DEAD_CODE);
    }

    /**
     * Rewrites all classes of a module.
     *
     * @param sites where the points are numbered, or null if there are to be none
     * @return the class files by name (with dots), those that the instrumenter adds included
     */
    static ImmutableMap<String, byte[]> rewrite(
            ModuleClasses classes, ModuleSites.@Nullable Builder sites) {
        ModuleInstrumenter instrumenter = new ModuleInstrumenter(classes, sites);
        ImmutableMap.Builder<String, byte[]> files = ImmutableMap.builder();
        files.put(
                javaName(instrumenter.points),
                PointsClass.build(instrumenter.points, sites != null));
        for (ModuleClass c : classes.all()) {
            files.put(c.javaName(), instrumenter.rewrite(c));
            if (c.isInterface() && StaticsReset.hasVariables(c)) {
                files.put(javaName(Synthetic.staticsClass(c)), instrumenter.staticsClass(c));
            }
        }
        return files.buildOrThrow();
    }

    /** Whether objects of {@code c} are numbered by {@code c}'s own constructors. */
    static boolean hasNumber(ModuleClasses classes, ModuleClass c) {
        return !c.isInterface()
                && !c.isRecord()
                && !c.isSynthetic()
                && classes.get(c.superName()) == null;
    }

    private byte[] rewrite(ModuleClass c) {
        ClassTransform rewriteElements = (builder, element) -> rewriteElement(c, builder, element);
        return classFile.transformClass(
                c.model(),
                rewriteElements.andThen(
                        ClassTransform.endHandler(builder -> {
                            addNest(c, builder);
                            addMembers(c, builder);
                        })));
    }

    private void rewriteElement(ModuleClass c, ClassBuilder builder, ClassElement element) {
        switch (element) {
            case FieldModel f -> rewriteField(c, builder, f);
            case MethodModel m -> rewriteMethod(c, builder, m);
            // Of a nested pattern its outer classes are no part: the module is a nest of its own.
            case NestHostAttribute _ when classes.isNested() -> {}
            case NestMembersAttribute _ when classes.isNested() -> {}
            case EnclosingMethodAttribute e when !isReached(e.enclosingClass()) -> {}
            case InnerClassesAttribute inner ->
                    builder.with(
                            InnerClassesAttribute.of(
                                    inner.classes().stream()
                                            .filter(i ->
                                                    i.outerClass().stream()
                                                            .allMatch(this::isReached))
                                            .toList()));
            default -> builder.with(element);
        }
    }

    /** Whether {@code Class.getSimpleName} and its kin may go through that class. */
    private boolean isReached(ClassEntry outer) {
        return outside.refusal(outer.asInternalName()) == null;
    }

    private void rewriteField(ModuleClass c, ClassBuilder builder, FieldModel f) {
        ModuleClass.Field field = c.field(f.fieldName().stringValue(), f.fieldType().stringValue());
        if (field == null || !field.needsReset() || c.keepsStatics()) {
            builder.with(f);
        } else if (!c.isInterface()) {
            builder.transformField(
                    f,
                    (fb, e) -> {
                        if (e instanceof AccessFlags flags) {
                            fb.withFlags(flags.flagsMask() & ~ACC_FINAL);
                        } else {
                            fb.with(e);
                        }
                    });
        }
    }

    private void rewriteMethod(ModuleClass c, ClassBuilder builder, MethodModel m) {
        boolean moves = m.methodName().equalsString("<clinit>") && !c.keepsStatics();
        CodeModel code = m.code().orElse(null);
        if (code == null || (c.isSynthetic() && !moves)) {
            builder.with(m);
            return;
        }
        PointPlan plan = PointPlan.of(classes, c, m, code, c.isSynthetic() ? null : sites);
        if (plan.isEmpty() && !moves) {
            builder.with(m);
            return;
        }
        CodeTransform emit = CodeTransform.ofStateful(() -> new PointEmitter(classes, c, plan));
        if (!moves) {
            builder.transformMethod(m, MethodTransform.transformingCode(emit));
            return;
        }
        builder.withMethod(
                Synthetic.INITIALISER,
                Synthetic.TYPE_VOID,
                c.isInterface() ? Synthetic.PUBLIC_STATIC_FLAGS : Synthetic.STATIC_FLAGS,
                method -> {
                    for (MethodElement e : m) {
                        if (e instanceof CodeModel body) {
                            method.transformCode(body, emit);
                        } else if (!(e instanceof AccessFlags)) {
                            method.with(e);
                        }
                    }
                });
    }

    private void addNest(ModuleClass c, ClassBuilder builder) {
        if (!classes.isNested()) {
            return;
        }
        if (c.name().equals(classes.patternName())) {
            List<ClassDesc> members =
                    classes.all().stream().filter(m -> m != c).map(ModuleClass::desc).toList();
            if (!members.isEmpty()) {
                builder.with(NestMembersAttribute.ofSymbols(members));
            }
        } else {
            builder.with(NestHostAttribute.of(ClassDesc.ofInternalName(classes.patternName())));
        }
    }

    private void addMembers(ModuleClass c, ClassBuilder builder) {
        if (!c.keepsStatics()) {
            if (c.initialiser().isPresent()) {
                addInitialiser(c, builder);
            }
            if (!c.isInterface() && StaticsReset.hasVariables(c)) {
                StaticsReset.addMethod(builder, c, c.desc());
            }
        }
        if (sites != null && hasNumber(classes, c)) {
            builder.withField(Synthetic.ID, CD_long, ACC_SYNTHETIC);
            addAccess(c, builder);
        }
    }

    /** The new {@code <clinit>}: runs the old one, then tells that it is done. */
    private void addInitialiser(ModuleClass c, ClassBuilder builder) {
        builder.withMethodBody(
                "<clinit>",
                Synthetic.TYPE_VOID,
                ClassFile.ACC_STATIC,
                code ->
                        code.invokestatic(
                                        c.desc(),
                                        Synthetic.INITIALISER,
                                        Synthetic.TYPE_VOID,
                                        c.isInterface())
                                .getstatic(points, Synthetic.INITIALISED, CD_List)
                                .loadConstant(c.desc())
                                .invokeinterface(
                                        CD_List, "add", MethodTypeDesc.of(CD_boolean, CD_Object))
                                .pop()
                                .return_());
    }

    /** A null object is left to the access itself, which then throws with its usual message. */
    private void addAccess(ModuleClass root, ClassBuilder builder) {
        builder.withMethodBody(
                Synthetic.ACCESS,
                Synthetic.accessType(root),
                Synthetic.STATIC_FLAGS,
                code ->
                        code.aload(0)
                                .ifThen(
                                        Opcode.IFNONNULL,
                                        then ->
                                                then.getstatic(
                                                                points,
                                                                Synthetic.POINTS,
                                                                Synthetic.CD_POINTS)
                                                        .aload(0)
                                                        .getfield(
                                                                root.desc(), Synthetic.ID, CD_long)
                                                        .iload(1)
                                                        .iload(2)
                                                        .invokeinterface(
                                                                Synthetic.CD_POINTS,
                                                                "fieldAccess",
                                                                Synthetic.TYPE_FIELD))
                                .return_());
    }

    private byte[] staticsClass(ModuleClass anInterface) {
        ClassDesc desc = Synthetic.staticsClass(anInterface);
        return classFile.build(
                desc,
                builder -> {
                    builder.withFlags(ACC_PUBLIC | ACC_FINAL | ACC_SYNTHETIC);
                    for (ModuleClass.Field f : anInterface.fields()) {
                        if (f.needsReset()) {
                            builder.withField(
                                    f.name(),
                                    ClassDesc.ofDescriptor(f.descriptor()),
                                    Synthetic.PUBLIC_STATIC_FLAGS);
                        }
                    }
                    StaticsReset.addMethod(builder, anInterface, desc);
                });
    }

    private static String javaName(ClassDesc desc) {
        String descriptor = desc.descriptorString();
        return descriptor.substring(1, descriptor.length() - 1).replace('/', '.');
    }
}
