package org.vkernel.emulator.locking;

import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Task;

/**
 * Models {@code local_lock_t}: names the protection of per-CPU data. Without PREEMPT_RT it is
 * disabled preemption and no more.
 */
public sealed class LocalLock {
    final Scheduler sched;

    private LocalLock(Scheduler sched) {
        this.sched = sched;
    }

    /**
     * Makes one.
     *
     * @param name its class, as lockdep would call it
     */
    public static LocalLock of(Scheduler sched, String name) {
        return SimMachine.isOff(sched, name) ? new Off(sched) : new LocalLock(sched);
    }

    /** {@code local_lock()}. */
    public final void lock() {
        lock(sched.current());
    }

    /** As {@link #lock()}, for a caller that knows the running task. */
    public void lock(Task running) {
        sched.preemptDisable(running);
    }

    /** {@code local_unlock()}. */
    public final void unlock() {
        unlock(sched.current());
    }

    /** As {@link #unlock()}, for a caller that knows the running task. */
    public void unlock(Task running) {
        sched.preemptEnable(running);
    }

    /** One that is switched off: see {@link SimMachine#switchOff}. */
    private static final class Off extends LocalLock {
        Off(Scheduler sched) {
            super(sched);
        }

        @Override
        public void lock(Task running) {}

        @Override
        public void unlock(Task running) {
            sched.enabled(running);
        }
    }
}
