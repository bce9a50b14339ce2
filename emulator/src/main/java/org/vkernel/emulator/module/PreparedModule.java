package org.vkernel.emulator.module;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.lang.classfile.ClassFile;
import java.lang.classfile.FieldModel;
import java.lang.reflect.Modifier;
import java.util.Arrays;

/** A module's rewritten class files, made once for a pattern and defined by each loader. */
final class PreparedModule {
    private static final ImmutableSet<String> IMMUTABLE =
            ImmutableSet.of(
                    "Ljava/lang/String;",
                    "Ljava/lang/Boolean;",
                    "Ljava/lang/Byte;",
                    "Ljava/lang/Character;",
                    "Ljava/lang/Short;",
                    "Ljava/lang/Integer;",
                    "Ljava/lang/Long;",
                    "Ljava/lang/Float;",
                    "Ljava/lang/Double;");

    private final Class<?> pattern;
    private final ClassLoader parent;
    private final ImmutableMap<String, byte[]> classFiles;
    private final ModuleSites sites;
    private final boolean isInstrumented;
    private final boolean isReusable;

    private PreparedModule(
            ModuleClasses classes,
            ImmutableMap<String, byte[]> classFiles,
            ModuleSites sites,
            boolean isInstrumented) {
        this.pattern = classes.pattern();
        this.parent = classes.parent();
        this.classFiles = classFiles;
        this.sites = sites;
        this.isInstrumented = isInstrumented;
        this.isReusable =
                classes.all().stream().filter(ModuleClass::isEnum).allMatch(c -> isStateless(c));
    }

    /**
     * Prepares the module that {@code pattern} stands for.
     *
     * @throws ModuleRefusedException if its code uses what kernel code must not
     * @throws IllegalArgumentException if {@code pattern} cannot be a module at all
     */
    static PreparedModule of(Class<?> pattern, boolean instrument) {
        checkConstructor(pattern);
        ModuleClasses classes = ModuleClasses.of(pattern);
        var refusals = ModuleScanner.scan(classes);
        if (!refusals.isEmpty()) {
            throw new ModuleRefusedException(pattern.getName(), refusals);
        }
        ModuleSites.Builder sites = new ModuleSites.Builder();
        var classFiles = ModuleInstrumenter.rewrite(classes, instrument ? sites : null);
        return new PreparedModule(classes, classFiles, sites.build(), instrument);
    }

    private static void checkConstructor(Class<?> pattern) {
        checkArgument(
                !pattern.isInterface()
                        && !pattern.isEnum()
                        && !Modifier.isAbstract(pattern.getModifiers()),
                "%s cannot be a module: no object can be made of it",
                pattern.getName());
        checkArgument(
                Arrays.stream(pattern.getDeclaredConstructors())
                        .anyMatch(c -> c.getParameterCount() == 0),
                "%s cannot be a module: it has no constructor without arguments"
                        + " (an inner class has to be static)",
                pattern.getName());
    }

    /** Whether nothing of an enum can change; its constants live as long as their loader. */
    private static boolean isStateless(ModuleClass anEnum) {
        for (FieldModel f : anEnum.model().fields()) {
            int flags = f.flags().flagsMask();
            boolean isConstantOrTable =
                    (flags & (ClassFile.ACC_ENUM | ClassFile.ACC_SYNTHETIC)) != 0;
            boolean isFinal = (flags & ClassFile.ACC_FINAL) != 0;
            String type = f.fieldType().stringValue();
            boolean isImmutable = type.length() == 1 || IMMUTABLE.contains(type);
            if (!isConstantOrTable && !(isFinal && isImmutable)) {
                return false;
            }
        }
        return true;
    }

    Class<?> pattern() {
        return pattern;
    }

    /** The loader of everything outside the module. */
    ClassLoader parent() {
        return parent;
    }

    /** The class files by name (with dots), in the order in which code names the classes first. */
    ImmutableMap<String, byte[]> classFiles() {
        return classFiles;
    }

    ModuleSites sites() {
        return sites;
    }

    boolean isInstrumented() {
        return isInstrumented;
    }

    /**
     * Whether a loader can serve another load. Not if an enum has state beside its constants: that
     * cannot be set back ({@link ModuleClass#keepsStatics}).
     */
    boolean isReusable() {
        return isReusable;
    }
}
