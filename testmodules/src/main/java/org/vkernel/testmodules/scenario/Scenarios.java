package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.module.KernelModule;

/** Finds scenarios, by their names or by the names of classes. */
public final class Scenarios {
    private Scenarios() {}

    /**
     * Every scenario that has a name of its own, by name.
     *
     * @param loader where to look for them; the built-in ones are seen by the loader of this class
     */
    public static List<Scenario> all(ClassLoader loader) {
        return ServiceLoader.load(Scenario.class, loader).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(Scenario::name))
                .collect(ImmutableList.toImmutableList());
    }

    /** {@link #all(ClassLoader)} of this program's. */
    public static List<Scenario> all() {
        return all(ownLoader());
    }

    /** {@link #find(String, ClassLoader)} in this program. */
    public static Scenario find(String name) throws UnknownScenarioException {
        return find(name, ownLoader());
    }

    private static ClassLoader ownLoader() {
        return Scenarios.class.getClassLoader();
    }

    /**
     * The scenario of this name; or that which the class of this name is; or, for a {@link
     * KernelModule}, one that loads that module alone.
     *
     * @param loader where scenarios and classes are looked for
     */
    public static Scenario find(String name, ClassLoader loader) throws UnknownScenarioException {
        try {
            for (Scenario scenario : ServiceLoader.load(Scenario.class, loader)) {
                if (scenario.name().equals(name)) {
                    return scenario;
                }
            }
        } catch (ServiceConfigurationError e) {
            throw new UnknownScenarioException(
                    "a scenario on the class path is broken: " + oneLine(e));
        }
        Class<?> found = findClass(name, loader);
        if (found == null) {
            throw unknown(name, loader);
        }
        return ofClass(found);
    }

    private static @Nullable Class<?> findClass(String name, ClassLoader loader)
            throws UnknownScenarioException {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException e) {
            return null;
        } catch (NoClassDefFoundError e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("wrong name")) {
                return null; // a file system that takes upper for lower case found another's file
            }
            throw new UnknownScenarioException(
                    "class " + name + " needs " + message.replace('/', '.') + ", which is missing");
        } catch (LinkageError e) {
            throw new UnknownScenarioException(
                    "class " + name + " cannot be loaded: " + oneLine(e));
        }
    }

    private static UnknownScenarioException unknown(String name, ClassLoader loader) {
        List<String> names = all(loader).stream().map(Scenario::name).toList();
        String closest = Spelling.closest(name, names);
        return new UnknownScenarioException(
                "unknown scenario '"
                        + name
                        + (closest == null ? "'" : "' (did you mean " + closest + "?)")
                        + ": expected "
                        + String.join(", ", names)
                        + ", or the full name of a Scenario's or KernelModule's class on"
                        + " --class-path");
    }

    private static Scenario ofClass(Class<?> type) throws UnknownScenarioException {
        boolean isScenario = Scenario.class.isAssignableFrom(type);
        if (!isScenario && !KernelModule.class.isAssignableFrom(type)) {
            throw new UnknownScenarioException(
                    "class "
                            + type.getName()
                            + " is neither a "
                            + Scenario.class.getName()
                            + " nor a "
                            + KernelModule.class.getName());
        }
        if (type.isInterface()
                || Modifier.isAbstract(type.getModifiers())
                || !hasPlainConstructor(type)) {
            throw new UnknownScenarioException(
                    "class "
                            + type.getName()
                            + " cannot be made: expected a class that is not abstract, with a"
                            + " constructor without arguments");
        }
        return isScenario
                ? newScenario(type.asSubclass(Scenario.class))
                : new ModuleScenario(type.asSubclass(KernelModule.class));
    }

    private static boolean hasPlainConstructor(Class<?> type) {
        for (var constructor : type.getDeclaredConstructors()) {
            if (constructor.getParameterCount() == 0) {
                return true;
            }
        }
        return false;
    }

    private static Scenario newScenario(Class<? extends Scenario> type)
            throws UnknownScenarioException {
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw new UnknownScenarioException(
                    "class " + type.getName() + " cannot be made: " + oneLine(e.getCause()));
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new UnknownScenarioException(
                    "class " + type.getName() + " cannot be made: " + oneLine(e));
        }
    }

    private static String oneLine(@Nullable Throwable thrown) {
        return String.valueOf(thrown).lines().collect(Collectors.joining(" "));
    }
}
