package org.vkernel.emulator.sched;

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

    /** The name of its class, as lockdep would call it. */
    String lockName();

    /** Its object number on the simulated machine. */
    long lockNumber();

    /** The number that the lock checker gave its class; -1: none yet. */
    int lockClass();

    /** Sets what {@link #lockClass} gives. */
    void setLockClass(int number);
}
