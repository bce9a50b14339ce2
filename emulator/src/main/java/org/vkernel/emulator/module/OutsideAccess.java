package org.vkernel.emulator.module;

import static java.lang.classfile.ClassFile.ACC_PROTECTED;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;

import java.lang.classfile.AccessFlags;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a module of a nested class uses what its new class loader puts out of reach.
 *
 * <p>Its host and the classes beside it stay in the parent's loader, and to the JVM classes of two
 * loaders are in two packages: what is not public there can no longer be used. Told here, it is a
 * line of the source instead of an {@code IllegalAccessError} while the module runs.
 */
final class OutsideAccess {
    private final ModuleClasses classes;

    OutsideAccess(ModuleClasses classes) {
        this.classes = classes;
    }

    /** Returns what is wrong with the use of a class, or null. */
    @Nullable String refusal(String className) {
        ClassModel c = reached(className);
        return c == null || isPublic(c.flags())
                ? null
                : "uses " + javaName(className) + ", which is not public";
    }

    /** Returns what is wrong with the use of a member by a class of the module, or null. */
    @Nullable String refusal(ModuleClass user, MemberRefEntry member) {
        String owner = member.owner().asInternalName();
        String refusal = refusal(owner);
        if (refusal != null) {
            return refusal;
        }
        String name = member.name().stringValue();
        String type = member.type().stringValue();
        for (ClassModel c = reached(owner); c != null; c = reached(superName(c))) {
            AccessFlags flags = flags(c, name, type);
            if (flags != null) {
                boolean ok =
                        isPublic(flags)
                                || ((flags.flagsMask() & ACC_PROTECTED) != 0
                                        && isSubclass(user, c));
                String what = javaName(c.thisClass().asInternalName()) + "." + name;
                return ok ? null : "uses " + what + ", which is not public";
            }
        }
        return null;
    }

    /** The class file of a class in the module's package that the module does not own, or null. */
    private @Nullable ClassModel reached(@Nullable String className) {
        boolean asks =
                className != null
                        && classes.isNested()
                        && classes.isInPackage(className)
                        && classes.get(className) == null;
        return asks && className != null ? classes.outside(className) : null;
    }

    private boolean isSubclass(ModuleClass user, ClassModel above) {
        String name = classes.root(user).superName();
        for (ClassModel c = reached(name); c != null; c = reached(superName(c))) {
            if (c.thisClass().equals(above.thisClass())) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable AccessFlags flags(ClassModel c, String name, String type) {
        for (FieldModel f : c.fields()) {
            if (f.fieldName().equalsString(name) && f.fieldType().equalsString(type)) {
                return f.flags();
            }
        }
        for (MethodModel m : c.methods()) {
            if (m.methodName().equalsString(name) && m.methodType().equalsString(type)) {
                return m.flags();
            }
        }
        return null;
    }

    private static @Nullable String superName(ClassModel c) {
        return c.superclass().map(ClassEntry::asInternalName).orElse(null);
    }

    private static boolean isPublic(AccessFlags flags) {
        return (flags.flagsMask() & ACC_PUBLIC) != 0;
    }

    private static String javaName(String internalName) {
        return internalName.replace('/', '.').replace('$', '.');
    }
}
