package org.vkernel.emulator.module;

import static com.google.common.base.Preconditions.checkState;

import org.jspecify.annotations.Nullable;

/**
 * A kernel's own copy of a module's classes, from {@code insmod} until {@code rmmod} or the
 * kernel's end. Used by one task at a time.
 */
public final class LoadedModule {
    private final ModuleLoader loader;
    private final ModuleSites sites;
    private @Nullable ModuleImage image;
    private boolean isStarted;

    LoadedModule(ModuleLoader loader, ModuleImage image) {
        this.loader = loader;
        this.sites = image.prepared().sites();
        this.image = image;
    }

    /** The copy of the pattern's class. */
    public Class<?> moduleClass() {
        return image().moduleClass();
    }

    /** Where the module's points are; empty if it has none. */
    public ModuleSites sites() {
        return sites;
    }

    /** Whether the module's code has points. */
    public boolean isInstrumented() {
        return image().prepared().isInstrumented();
    }

    /**
     * Binds the module to {@code points} and runs its static initialisers: all, one after the
     * other, as the data of a module that Linux loads is there before any of its code runs. What
     * they throw comes out of here.
     *
     * <p>Context: process; the points may switch tasks.
     */
    public void start(ModulePoints points) {
        checkState(isInstrumented(), "%s was loaded without points", moduleClass().getName());
        run(points);
    }

    /** As {@link #start(ModulePoints)}, for a module that was loaded without points. */
    public void start() {
        checkState(!isInstrumented(), "%s has points to be bound", moduleClass().getName());
        run(null);
    }

    private void run(@Nullable ModulePoints points) {
        checkState(!isStarted, "%s is started already", moduleClass().getName());
        isStarted = true;
        try {
            image().start(points);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    /**
     * Makes an object of the module's class with the constructor without arguments; what that
     * throws comes out of here.
     *
     * <p>Context: process; the points may switch tasks.
     */
    public <T> T newInstance(Class<T> type) {
        checkState(isStarted, "%s is not started", moduleClass().getName());
        try {
            return type.cast(image().newInstance());
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    /**
     * Gives the copy back: its static variables are cleared, and a later load may get it.
     *
     * <p>No task may run the module's code any more; if one could, call {@link #discard} instead.
     */
    public void release() {
        ModuleImage released = image();
        image = null;
        released.clear();
        loader.putBack(released);
    }

    /**
     * Drops the copy: nobody will get it again. For a kernel that leaves a task behind in the
     * module's code, which ends at its next point.
     */
    public void discard() {
        ModuleImage dropped = image();
        image = null;
        dropped.clear();
    }

    /** As {@link #discard()}, but the module's next point is one of {@code last}. */
    void discard(ModulePoints last) {
        ModuleImage dropped = image();
        discard();
        dropped.bind(last);
    }

    private ModuleImage image() {
        ModuleImage current = image;
        checkState(current != null, "the module was released");
        return current;
    }

    /** Module code may throw what it does not declare; it goes on as it is. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException rethrow(Throwable e) throws T {
        throw (T) e;
    }
}
