package org.vkernel.emulator.workqueue;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.WaitTarget;
import org.vkernel.emulator.shared.AtomicInt;

/**
 * The works of one share that were queued between two flushes: one of Linux's {@code work_color}s.
 * Exclusive to the holder of the pool's lock.
 */
final class FlushGroup {
    /** A call of {@code flush_workqueue()}, which waits for groups of several pools. */
    static final class Flush {
        /** The groups that have not ended, and 1 until all are counted. */
        private final AtomicInt groups;

        private final Completion done;

        /** One that waits for what {@code runners} run. */
        Flush(Scheduler sched, Workqueue queue, WaitTarget runners) {
            groups = new AtomicInt(sched, 1);
            done = new Completion(sched, "the flush of " + queue);
            done.setTarget(runners);
        }

        void add() {
            groups.incrementAndGet();
        }

        void groupEnded() {
            if (groups.decrementAndGet() == 0) {
                done.complete();
            }
        }

        /** Waits until every group that was added has ended. Context: process; sleeps. */
        void await() {
            groupEnded();
            done.await();
        }
    }

    /** Works that have not ended. */
    int inFlight;

    /** Who waits for this group and those before it; null while it is open. */
    @Nullable Flush flush;

    /** The group that was opened after it; null while it is open. */
    @Nullable FlushGroup next;
}
