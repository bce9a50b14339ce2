package org.vkernel.emulator.locking;

import org.vkernel.emulator.sched.Scheduler;

/**
 * Models {@code local_lock_t}: names the protection of per-CPU data. Without PREEMPT_RT it is
 * disabled preemption and no more.
 */
public final class LocalLock {
    private final Scheduler sched;

    public LocalLock(Scheduler sched) {
        this.sched = sched;
    }

    /** {@code local_lock()}. */
    public void lock() {
        sched.preemptDisable();
    }

    /** {@code local_unlock()}. */
    public void unlock() {
        sched.preemptEnable();
    }
}
