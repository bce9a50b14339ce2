package org.vkernel.emulator.module;

import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.classfile.ClassFile.ACC_SYNTHETIC;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/** Names and types of what the instrumenter adds to a module; no source can contain them. */
final class Synthetic {
    /** Suffix of the class, one for each module, that knows the module's current points. */
    static final String POINTS_SUFFIX = "$vkernel$Points";

    /**
     * Suffix of the class that holds an interface's static fields, which have to be final there.
     */
    static final String STATICS_SUFFIX = "$vkernel$Statics";

    /** In the points class: the {@link ModulePoints}. */
    static final String POINTS = "points";

    /** In the points class: the list of initialised classes, in order of completion. */
    static final String INITIALISED = "initialised";

    /** In each topmost class of a module: the object's number. */
    static final String ID = "$vkernel$id";

    /** In each topmost class: reports an access to a field of an object. */
    static final String ACCESS = "$vkernel$access";

    /** In each class: what was its static initialiser. */
    static final String INITIALISER = "$vkernel$clinit";

    /** In each class with static variables: sets them back to zeros and constants. */
    static final String RESET = "$vkernel$reset";

    static final ClassDesc CD_POINTS = ClassDesc.of(ModulePoints.class.getName());
    static final MethodTypeDesc TYPE_VOID = MethodTypeDesc.of(CD_void);
    static final MethodTypeDesc TYPE_FIELD =
            MethodTypeDesc.of(CD_void, CD_long, CD_int, CD_boolean);
    static final MethodTypeDesc TYPE_STATIC = MethodTypeDesc.of(CD_void, CD_int, CD_boolean);
    static final MethodTypeDesc TYPE_ARRAY =
            MethodTypeDesc.of(CD_void, CD_Object, CD_int, CD_int, CD_boolean);
    static final MethodTypeDesc TYPE_LOOP = MethodTypeDesc.of(CD_void, CD_int);
    static final MethodTypeDesc TYPE_NEW = MethodTypeDesc.of(CD_long);

    static final int STATIC_FLAGS = ACC_STATIC | ACC_SYNTHETIC;
    static final int PUBLIC_STATIC_FLAGS = ACC_PUBLIC | STATIC_FLAGS;

    private Synthetic() {}

    /** The points class of the module that {@code patternName} (with slashes) stands for. */
    static ClassDesc pointsClass(String patternName) {
        return ClassDesc.ofInternalName(patternName + POINTS_SUFFIX);
    }

    static ClassDesc staticsClass(ModuleClass anInterface) {
        return ClassDesc.ofInternalName(anInterface.name() + STATICS_SUFFIX);
    }

    /** The type of {@link #ACCESS} in {@code root}. */
    static MethodTypeDesc accessType(ModuleClass root) {
        return MethodTypeDesc.of(CD_void, root.desc(), CD_int, CD_boolean);
    }
}
