package org.vkernel.emulator.module;

import static java.lang.classfile.ClassFile.ACC_ENUM;
import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_INTERFACE;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.classfile.ClassFile.ACC_SYNTHETIC;
import static java.lang.classfile.ClassFile.ACC_VOLATILE;

import com.google.common.collect.ImmutableList;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.constant.ClassDesc;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the loader has to know of one class of a module; read from its class file alone. */
final class ModuleClass {
    /** A field as its class declares it. */
    record Field(ModuleClass owner, String name, String descriptor, int flags, boolean isConstant) {
        boolean isStatic() {
            return (flags & ACC_STATIC) != 0;
        }

        boolean isFinal() {
            return (flags & ACC_FINAL) != 0;
        }

        boolean isVolatile() {
            return (flags & ACC_VOLATILE) != 0;
        }

        boolean isSynthetic() {
            return (flags & ACC_SYNTHETIC) != 0;
        }

        /** Whether an access is a point: another task may see the field change. */
        boolean isMutable() {
            return !isFinal() && !isSynthetic();
        }

        /** Whether the field's value is set by code, and so has to be set again at each load. */
        boolean needsReset() {
            return isStatic() && !(isFinal() && isConstant);
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof Field f
                    && f.owner == owner
                    && f.name.equals(name)
                    && f.descriptor.equals(descriptor);
        }

        @Override
        public int hashCode() {
            return 31 * owner.name().hashCode() + name.hashCode();
        }
    }

    private final String name;
    private final ClassModel model;
    private final Map<String, Field> fields = new LinkedHashMap<>();

    ModuleClass(ClassModel model) {
        this.name = model.thisClass().asInternalName();
        this.model = model;
        for (FieldModel f : model.fields()) {
            String fieldName = f.fieldName().stringValue();
            String type = f.fieldType().stringValue();
            boolean constant = f.findAttribute(Attributes.constantValue()).isPresent();
            fields.put(
                    fieldName + ":" + type,
                    new Field(this, fieldName, type, f.flags().flagsMask(), constant));
        }
    }

    /** The name with slashes. */
    String name() {
        return name;
    }

    /** The name with dots. */
    String javaName() {
        return name.replace('/', '.');
    }

    ClassDesc desc() {
        return ClassDesc.ofInternalName(name);
    }

    ClassModel model() {
        return model;
    }

    Iterable<Field> fields() {
        return fields.values();
    }

    @Nullable Field field(String fieldName, String descriptor) {
        return fields.get(fieldName + ":" + descriptor);
    }

    @Nullable String superName() {
        return model.superclass().map(ClassEntry::asInternalName).orElse(null);
    }

    ImmutableList<String> interfaceNames() {
        return model.interfaces().stream()
                .map(ClassEntry::asInternalName)
                .collect(ImmutableList.toImmutableList());
    }

    String sourceFile() {
        return model.findAttribute(Attributes.sourceFile())
                .map(a -> a.sourceFile().stringValue())
                .orElse("Unknown Source");
    }

    boolean isInterface() {
        return hasFlag(ACC_INTERFACE);
    }

    boolean isEnum() {
        return hasFlag(ACC_ENUM);
    }

    boolean isRecord() {
        return "java/lang/Record".equals(superName());
    }

    /** Whether the compiler made the whole class, such as one that holds a switch's tables. */
    boolean isSynthetic() {
        return hasFlag(ACC_SYNTHETIC);
    }

    /**
     * Whether the class's static variables are made once for each class loader, instead of at each
     * load of the module.
     *
     * <p>An enum's constants are: the JVM remembers them in places that nothing can reset ({@code
     * Class.getEnumConstants}, and with it {@code EnumMap} and {@code valueOf}), and constants made
     * again would be strangers to those. The tables of the compiler's own classes depend on nothing
     * but such constants.
     */
    boolean keepsStatics() {
        return isEnum() || isSynthetic();
    }

    /** The method that initialises the class, if there is one. */
    Optional<MethodModel> initialiser() {
        return model.methods().stream()
                .filter(m -> m.methodName().equalsString("<clinit>"))
                .findFirst();
    }

    private boolean hasFlag(int flag) {
        return (model.flags().flagsMask() & flag) != 0;
    }

    @Override
    public String toString() {
        return name;
    }
}
