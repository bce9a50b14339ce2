package org.vkernel.emulator.module;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.FieldModel;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import org.jspecify.annotations.Nullable;

/** Writes the method that sets a class's static variables back to zeros and constants. */
final class StaticsReset {
    private StaticsReset() {}

    /** Whether there is anything to set back. */
    static boolean hasVariables(ModuleClass c) {
        for (ModuleClass.Field f : c.fields()) {
            if (f.needsReset()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds the method to {@code holder}.
     *
     * @param c the class that declares the variables
     * @param holder the class that has them: {@code c}, or the one beside an interface
     */
    static void addMethod(ClassBuilder builder, ModuleClass c, ClassDesc holder) {
        builder.withMethodBody(
                Synthetic.RESET,
                Synthetic.TYPE_VOID,
                Synthetic.STATIC_FLAGS,
                code -> {
                    for (FieldModel f : c.model().fields()) {
                        String name = f.fieldName().stringValue();
                        ModuleClass.Field field = c.field(name, f.fieldType().stringValue());
                        if (field != null && field.needsReset()) {
                            load(code, f.fieldTypeSymbol(), constant(f));
                            code.putstatic(holder, name, f.fieldTypeSymbol());
                        }
                    }
                    code.return_();
                });
    }

    private static @Nullable ConstantDesc constant(FieldModel f) {
        return f.findAttribute(Attributes.constantValue())
                .map(a -> a.constant().constantValue())
                .orElse(null);
    }

    private static void load(CodeBuilder code, ClassDesc type, @Nullable ConstantDesc constant) {
        if (constant != null) {
            code.loadConstant(constant);
            return;
        }
        switch (TypeKind.from(type).asLoadable()) {
            case INT -> code.iconst_0();
            case LONG -> code.lconst_0();
            case FLOAT -> code.fconst_0();
            case DOUBLE -> code.dconst_0();
            default -> code.aconst_null();
        }
    }
}
