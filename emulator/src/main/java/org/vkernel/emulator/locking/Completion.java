package org.vkernel.emulator.locking;

import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.AtomicInt;

/** Models {@code struct completion} (kernel/sched/completion.c): waits until something is done. */
public final class Completion {
    private static final int ALL = Integer.MAX_VALUE / 2;

    private final AtomicInt done;
    private final WaitQueue queue;

    /** Makes one that nobody has completed. */
    public Completion(Scheduler sched, String name) {
        done = new AtomicInt(sched, 0);
        queue = new WaitQueue(sched, name);
    }

    /** {@code complete()}: lets one waiter pass. Context: any. */
    public void complete() {
        done.incrementAndGet();
        queue.wakeUp();
    }

    /** {@code complete_all()}: lets all pass, for ever. Context: any. */
    public void completeAll() {
        done.set(ALL);
        queue.wakeUpAll();
    }

    /** {@code wait_for_completion()}. Context: process; sleeps. */
    public void await() {
        queue.waitEvent(this::take);
    }

    /** {@code wait_for_completion_interruptible()}: 0 or {@code -ERESTARTSYS}. */
    public int awaitInterruptible() {
        return queue.waitEventInterruptible(this::take);
    }

    /** {@code completion_done()}. */
    public boolean isDone() {
        return done.get() != 0;
    }

    private boolean take() {
        for (; ; ) {
            int seen = done.get();
            if (seen == 0) {
                return false;
            }
            if (seen >= ALL || done.compareAndSet(seen, seen - 1)) {
                return true;
            }
        }
    }
}
