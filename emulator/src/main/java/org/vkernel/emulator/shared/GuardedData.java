package org.vkernel.emulator.shared;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.WatchedLock;

/**
 * Says for the checkers that plain data of the kernel, such as a Java list, is read or written,
 * which a lock must order.
 *
 * <p>No points: who holds the lock has one before and after, and nobody comes between.
 */
public final class GuardedData {
    private final @Nullable SimMachine sim;
    private final long object;

    /**
     * Of data under a lock, whose number it shares: it is no object of its own.
     *
     * @param lock the lock
     */
    public GuardedData(Scheduler sched, WatchedLock lock) {
        sim = sched.sim();
        object = lock.lockNumber();
    }

    /** The caller holds the lock, and is about to read. */
    public void read() {
        if (sim != null) {
            sim.used(Access.READ, object);
        }
    }

    /** The caller holds the lock, and is about to write. */
    public void write() {
        if (sim != null) {
            sim.used(Access.WRITE, object);
        }
    }
}
