package org.vkernel.emulator.sched;

import com.google.common.base.Preconditions;

/** A lock, as those see it that watch locks. */
public interface WatchedLock {
    /** Held by one, waited for by spinning. */
    int SPIN = 0;

    /** Held by one, waited for by sleeping. */
    int MUTEX = 1;

    /** Held for reading, by any number. */
    int READ = 2;

    /** Held for writing, by one. */
    int WRITE = 3;

    /** From what is above the mode: the nesting level that the caller names. */
    int SUBCLASS_SHIFT = 8;

    /** How many nesting levels there are ({@code MAX_LOCKDEP_SUBCLASSES}). */
    int SUBCLASSES = 8;

    /**
     * A way of taking a lock while one of the same class is held.
     *
     * @param mode one of the above
     * @param subclass 1 to {@link #SUBCLASSES} - 1; 0 for none held
     */
    static int nested(int mode, int subclass) {
        Preconditions.checkArgument(
                subclass >= 0 && subclass < SUBCLASSES, "subclass %s", subclass);
        return mode | subclass << SUBCLASS_SHIFT;
    }

    /** The nesting level in a mode. */
    static int subclass(int mode) {
        return mode >> SUBCLASS_SHIFT;
    }

    /** The mode without its nesting level. */
    static int plain(int mode) {
        return mode & (1 << SUBCLASS_SHIFT) - 1;
    }

    /** The name of its class, as lockdep would call it. */
    String lockName();

    /** Its object number on the simulated machine. */
    long lockNumber();

    /** The number that the lock checker gave its class; -1: none yet. */
    int lockClass();

    /** Sets what {@link #lockClass} gives. */
    void setLockClass(int number);
}
