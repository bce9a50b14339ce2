package org.vkernel.emulator.printk;

import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.AtomicInt;

/** What a {@code pr_warn_once()} remembers: lets the first event through, and no other. */
public final class Once {
    private final AtomicInt done;

    /** One that has let nothing through yet. */
    public Once(Scheduler sched) {
        done = new AtomicInt(sched, 0);
    }

    /** Whether this is the first event. Context: any. Sleeps: never. */
    public boolean isFirst() {
        return done.get() == 0 && done.compareAndSet(0, 1);
    }
}
