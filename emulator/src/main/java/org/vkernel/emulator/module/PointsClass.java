package org.vkernel.emulator.module;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_SYNTHETIC;
import static java.lang.constant.ConstantDescs.CD_List;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.function.Consumer;

/**
 * Writes the class that stands between a module's code and its {@link ModulePoints}: one static
 * field, which the loader sets, and one static method for each kind of point.
 *
 * <p>One such class for a module, not a field in each of its classes, so that binding a module to a
 * kernel is one store.
 */
final class PointsClass {
    private PointsClass() {}

    /**
     * Returns the class file.
     *
     * @param withPoints whether the module's code has points; if not, the class only keeps the list
     *     of initialised classes
     */
    static byte[] build(ClassDesc name, boolean withPoints) {
        return ClassFile.of()
                .build(
                        name,
                        builder -> {
                            builder.withFlags(ACC_PUBLIC | ACC_FINAL | ACC_SYNTHETIC);
                            builder.withField(
                                    Synthetic.INITIALISED, CD_List, Synthetic.PUBLIC_STATIC_FLAGS);
                            if (withPoints) {
                                builder.withField(
                                        Synthetic.POINTS,
                                        Synthetic.CD_POINTS,
                                        Synthetic.PUBLIC_STATIC_FLAGS);
                                addMethods(builder, name);
                            }
                        });
    }

    private static void addMethods(ClassBuilder builder, ClassDesc name) {
        addMethod(
                builder,
                "staticField",
                Synthetic.TYPE_STATIC,
                code -> {
                    loadPoints(code, name).lconst_0().iload(0).iload(1);
                    callPoints(code, "fieldAccess", Synthetic.TYPE_FIELD).return_();
                });
        // A null array is left to the access itself, which then throws with its usual message.
        addMethod(
                builder,
                "array",
                Synthetic.TYPE_ARRAY,
                code ->
                        code.aload(0)
                                .ifThen(
                                        Opcode.IFNONNULL,
                                        then -> {
                                            loadPoints(then, name)
                                                    .aload(0)
                                                    .iload(1)
                                                    .iload(2)
                                                    .iload(3);
                                            callPoints(then, "arrayAccess", Synthetic.TYPE_ARRAY);
                                        })
                                .return_());
        addMethod(
                builder,
                "loop",
                Synthetic.TYPE_LOOP,
                code -> {
                    loadPoints(code, name).iload(0);
                    callPoints(code, "backEdge", Synthetic.TYPE_LOOP).return_();
                });
        addMethod(
                builder,
                "newObject",
                Synthetic.TYPE_NEW,
                code -> {
                    loadPoints(code, name);
                    callPoints(code, "newObject", Synthetic.TYPE_NEW).lreturn();
                });
    }

    private static void addMethod(
            ClassBuilder builder,
            String name,
            MethodTypeDesc type,
            Consumer<? super CodeBuilder> body) {
        builder.withMethodBody(name, type, Synthetic.STATIC_FLAGS, body);
    }

    private static CodeBuilder loadPoints(CodeBuilder code, ClassDesc name) {
        return code.getstatic(name, Synthetic.POINTS, Synthetic.CD_POINTS);
    }

    private static CodeBuilder callPoints(CodeBuilder code, String method, MethodTypeDesc type) {
        return code.invokeinterface(Synthetic.CD_POINTS, method, type);
    }
}
