package org.vkernel.emulator.module;

import com.google.common.collect.ImmutableList;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One copy of a module's classes: a class loader, and the handles that bind it to a kernel and set
 * its static variables back.
 *
 * <p>When it is made, the JVM initialises all its classes, with points that lead nowhere. That
 * happens once for an image, so no kernel may see it; it shows the order in which the initialisers
 * end, which each later load repeats, the first one included: all loads are alike.
 */
final class ModuleImage extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodType VOID = MethodType.methodType(void.class);

    private final PreparedModule prepared;
    private final Class<?> moduleClass;
    private final @Nullable VarHandle points;
    private final MethodHandle constructor;
    private final MethodHandle[] resets;
    private final MethodHandle[] initialisers;

    /** Defines and initialises the classes; throws what a static initialiser throws. */
    @SuppressWarnings("this-escape") // the classes are defined by this thread, before others see it
    ModuleImage(PreparedModule prepared) {
        super("module " + prepared.pattern().getName(), prepared.parent());
        this.prepared = prepared;
        setDefaultAssertionStatus(prepared.pattern().desiredAssertionStatus());
        String patternName = prepared.pattern().getName();
        try {
            Class<?> pointsClass = loadClass(patternName + Synthetic.POINTS_SUFFIX);
            points = pointsHandle(pointsClass, prepared.isInstrumented());
            if (points != null) {
                points.set((ModulePoints) new LoadingPoints());
            }
            List<Class<?>> initialised = new ArrayList<>();
            LOOKUP.findStaticVarHandle(pointsClass, Synthetic.INITIALISED, List.class)
                    .set((List<?>) initialised);
            List<MethodHandle> found = new ArrayList<>();
            for (String name : prepared.classFiles().keySet()) {
                addReset(found, initialise(name));
            }
            moduleClass = loadClass(patternName);
            constructor =
                    MethodHandles.privateLookupIn(moduleClass, LOOKUP)
                            .findConstructor(moduleClass, VOID)
                            .asType(MethodType.methodType(Object.class));
            resets = found.toArray(MethodHandle[]::new);
            initialisers = initialisers(initialised);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("image of " + patternName, e);
        }
        clear();
    }

    private Class<?> initialise(String name) throws ClassNotFoundException {
        try {
            return Class.forName(name, true, this);
        } catch (ExceptionInInitializerError e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static @Nullable VarHandle pointsHandle(Class<?> pointsClass, boolean isInstrumented)
            throws ReflectiveOperationException {
        return isInstrumented
                ? LOOKUP.findStaticVarHandle(pointsClass, Synthetic.POINTS, ModulePoints.class)
                : null;
    }

    private static void addReset(List<MethodHandle> resets, Class<?> c)
            throws IllegalAccessException {
        try {
            resets.add(
                    MethodHandles.privateLookupIn(c, LOOKUP).findStatic(c, Synthetic.RESET, VOID));
        } catch (NoSuchMethodException _) {
            // a class without static variables
        }
    }

    private static MethodHandle[] initialisers(List<Class<?>> initialised)
            throws ReflectiveOperationException {
        ImmutableList.Builder<MethodHandle> handles = ImmutableList.builder();
        for (Class<?> c : initialised) {
            handles.add(
                    MethodHandles.privateLookupIn(c, LOOKUP)
                            .findStatic(c, Synthetic.INITIALISER, VOID));
        }
        return handles.build().toArray(MethodHandle[]::new);
    }

    /** Child first, as to the module's own classes; everything else is the parent's. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
            return loaded;
        }
        byte[] file = prepared.classFiles().get(name);
        if (file != null) {
            return defineClass(name, file, 0, file.length);
        }
        // The pattern's own loader need not see the emulator under this name.
        return name.equals(ModulePoints.class.getName())
                ? ModulePoints.class
                : super.loadClass(name, resolve);
    }

    PreparedModule prepared() {
        return prepared;
    }

    Class<?> moduleClass() {
        return moduleClass;
    }

    /** Binds the image and runs the static initialisers, in the order in which the JVM did. */
    void start(@Nullable ModulePoints newPoints) throws Throwable {
        if (points != null) {
            points.set(newPoints);
        }
        for (MethodHandle initialiser : initialisers) {
            initialiser.invokeExact();
        }
    }

    Object newInstance() throws Throwable {
        return (Object) constructor.invokeExact();
    }

    /** Cuts the image off from its kernel: static variables are zero, points end the caller. */
    void clear() {
        if (points != null) {
            points.set((ModulePoints) ReleasedPoints.INSTANCE);
        }
        try {
            for (MethodHandle reset : resets) {
                reset.invokeExact();
            }
        } catch (Throwable e) {
            throw new IllegalStateException("reset of " + moduleClass.getName(), e);
        }
    }

    /** Has the module's code, if it has points, report to {@code newPoints}. */
    void bind(ModulePoints newPoints) {
        if (points != null) {
            points.set(newPoints);
        }
    }

    /** The points while the JVM initialises the classes of a new image. */
    private static final class LoadingPoints implements ModulePoints {
        /** How many turns of loops all initialisers may take, lest a load hang the host. */
        private static final int TURNS_MAX = 100_000_000;

        private int turns;
        private long objects;

        @Override
        public void fieldAccess(long object, int site, boolean write) {}

        @Override
        public void arrayAccess(Object array, int index, int site, boolean write) {}

        @Override
        public void backEdge(int site) {
            if (++turns > TURNS_MAX) {
                throw new IllegalStateException(
                        "a static initialiser has not ended after "
                                + TURNS_MAX
                                + " turns of loops");
            }
        }

        /** Negative, so that objects of a kept class are told from those of a kernel. */
        @Override
        public long newObject() {
            return --objects;
        }
    }

    /** The points of an image that no kernel has: a task that was left behind ends here. */
    private enum ReleasedPoints implements ModulePoints {
        INSTANCE;

        @Override
        public void fieldAccess(long object, int site, boolean write) {
            throw new ModuleReleasedError();
        }

        @Override
        public void arrayAccess(Object array, int index, int site, boolean write) {
            throw new ModuleReleasedError();
        }

        @Override
        public void backEdge(int site) {
            throw new ModuleReleasedError();
        }

        @Override
        public long newObject() {
            throw new ModuleReleasedError();
        }
    }
}
