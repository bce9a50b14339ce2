package org.vkernel.emulator.module;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassHierarchyResolver.ClassHierarchyInfo;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.constant.ClassDesc;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The classes that make up a module, in the order in which its code names them first.
 *
 * <p>To a module of a top-level class belong the classes of its package; to one of a nested class,
 * that class and those nested in it. Of these, the module is those that its code can reach by name.
 * Nothing is loaded to find out: the answer comes from class files.
 */
final class ModuleClasses {
    private final Class<?> pattern;
    private final ClassLoader parent;
    private final boolean isNested;
    private final String patternName;
    private final String packagePrefix;
    private final String nestPrefix;
    private final Map<String, ModuleClass> classes = new LinkedHashMap<>();
    private final Map<String, @Nullable ClassModel> outside = new HashMap<>();

    private ModuleClasses(Class<?> pattern, ClassLoader parent) {
        this.pattern = pattern;
        this.parent = parent;
        this.isNested = pattern.getEnclosingClass() != null;
        this.patternName = internalName(pattern);
        this.packagePrefix = patternName.substring(0, patternName.lastIndexOf('/') + 1);
        this.nestPrefix = internalName(pattern.getNestHost()) + "$";
    }

    /**
     * Finds the classes of the module that {@code pattern} stands for.
     *
     * @throws IllegalArgumentException if no class file can be had for {@code pattern}
     */
    static ModuleClasses of(Class<?> pattern) {
        ClassLoader parent = pattern.getClassLoader();
        checkArgument(
                parent != null && !pattern.isArray() && !pattern.isHidden(),
                "%s cannot be a module: it has no class file",
                pattern.getName());
        ModuleClasses found = new ModuleClasses(pattern, parent);
        found.collect();
        return found;
    }

    private void collect() {
        ModuleClass first = read(patternName);
        checkArgument(
                first != null,
                "%s cannot be a module: its class loader has no class file of it",
                pattern.getName());
        Queue<ModuleClass> open = new ArrayDeque<>();
        classes.put(patternName, first);
        open.add(first);
        for (ModuleClass next = open.poll(); next != null; next = open.poll()) {
            forEachName(
                    next.model(),
                    name -> {
                        ModuleClass more = classes.containsKey(name) ? null : readOwn(name);
                        if (more != null) {
                            classes.put(name, more);
                            open.add(more);
                        }
                    });
        }
    }

    /** Calls {@code action} with every class that {@code model} names in code or types. */
    private static void forEachName(ClassModel model, Consumer<String> action) {
        for (PoolEntry entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry c -> named(c.asInternalName(), action);
                case NameAndTypeEntry n -> described(n.type().stringValue(), action);
                case MethodTypeEntry m -> described(m.descriptor().stringValue(), action);
                default -> {}
            }
        }
        model.fields().forEach(f -> described(f.fieldType().stringValue(), action));
        model.methods().forEach(m -> described(m.methodType().stringValue(), action));
    }

    /**
     * Calls {@code action} with the class that a constant means: itself, or an array's elements.
     */
    static void named(String constant, Consumer<String> action) {
        if (constant.startsWith("[")) {
            described(constant, action);
        } else {
            action.accept(constant);
        }
    }

    /** Calls {@code action} with each class in a field's or method's descriptor. */
    static void described(String descriptor, Consumer<String> action) {
        for (int at = descriptor.indexOf('L'); at >= 0; ) {
            int end = descriptor.indexOf(';', at);
            action.accept(descriptor.substring(at + 1, end));
            at = descriptor.indexOf('L', end);
        }
    }

    private @Nullable ModuleClass readOwn(String name) {
        if (isNested && !isInPattern(name)) {
            // The tables of a switch over an enum live in a class beside the pattern, nested in
            // their common host; the compiler made it, so it belongs to whoever uses it.
            ModuleClass sibling = name.startsWith(nestPrefix) ? read(name) : null;
            return sibling != null && sibling.isSynthetic() ? sibling : null;
        }
        return isNested || isInPackage(name) ? read(name) : null;
    }

    private boolean isInPattern(String name) {
        return name.equals(patternName) || name.startsWith(patternName + "$");
    }

    /** Whether a class is in the package of the module, whether or not it belongs to it. */
    boolean isInPackage(String name) {
        return name.startsWith(packagePrefix) && name.indexOf('/', packagePrefix.length()) < 0;
    }

    private @Nullable ModuleClass read(String name) {
        ClassModel model = parse(name);
        return model == null ? null : new ModuleClass(model);
    }

    private @Nullable ClassModel parse(String name) {
        try (InputStream in = parent.getResourceAsStream(name + ".class")) {
            return in == null ? null : ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("class file of " + name, e);
        }
    }

    /** The class file of a class that does not belong to the module, or null if there is none. */
    @Nullable ClassModel outside(String name) {
        if (!outside.containsKey(name)) {
            outside.put(name, parse(name));
        }
        return outside.get(name);
    }

    Class<?> pattern() {
        return pattern;
    }

    ClassLoader parent() {
        return parent;
    }

    boolean isNested() {
        return isNested;
    }

    /** The pattern's name with slashes. */
    String patternName() {
        return patternName;
    }

    @Nullable ModuleClass get(@Nullable String name) {
        return name == null ? null : classes.get(name);
    }

    Collection<ModuleClass> all() {
        return Collections.unmodifiableCollection(classes.values());
    }

    /** Finds the field that a reference means (JVMS 5.4.3.2), or null if it is not the module's. */
    ModuleClass.@Nullable Field field(String owner, String name, String descriptor) {
        for (ModuleClass c = get(owner); c != null; c = get(c.superName())) {
            ModuleClass.Field field = c.field(name, descriptor);
            if (field != null) {
                return field;
            }
            for (String i : c.interfaceNames()) {
                ModuleClass.Field inherited = field(i, name, descriptor);
                if (inherited != null) {
                    return inherited;
                }
            }
        }
        return null;
    }

    /** The topmost superclass of {@code c} that belongs to the module. */
    ModuleClass root(ModuleClass c) {
        ModuleClass above = get(c.superName());
        return above == null ? c : root(above);
    }

    /** Answers what a stack map needs to know of classes, without initialising any. */
    ClassHierarchyResolver hierarchy() {
        ClassHierarchyResolver own =
                desc -> {
                    ModuleClass c = desc.isClassOrInterface() ? get(nameOf(desc)) : null;
                    if (c == null) {
                        return null;
                    }
                    String above = c.superName();
                    return c.isInterface() || above == null
                            ? ClassHierarchyInfo.ofInterface()
                            : ClassHierarchyInfo.ofClass(ClassDesc.ofInternalName(above));
                };
        return own.orElse(
                        ClassHierarchyResolver.ofClassLoading(ClassLoader.getPlatformClassLoader()))
                .orElse(ClassHierarchyResolver.ofResourceParsing(parent))
                .cached();
    }

    private static String nameOf(ClassDesc desc) {
        String descriptor = desc.descriptorString();
        return descriptor.substring(1, descriptor.length() - 1);
    }

    private static String internalName(Class<?> c) {
        return c.getName().replace('.', '/');
    }
}
