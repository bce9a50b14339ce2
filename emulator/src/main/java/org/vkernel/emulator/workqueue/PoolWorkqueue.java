package org.vkernel.emulator.workqueue;

import java.util.Objects;

/**
 * A queue's share of one pool: how many of its works may be active there, and who waits for them.
 * Models {@code struct pool_workqueue}. Exclusive to the holder of the pool's lock.
 */
final class PoolWorkqueue {
    final ConcurrentWorkqueue queue;
    final WorkerPool pool;
    final FlushGroups groups = new FlushGroups();
    private final int maxActive;
    private int active;

    /** Works beyond {@link #maxActive}, in order. */
    private final WorkList waiting = new WorkList();

    PoolWorkqueue(ConcurrentWorkqueue queue, WorkerPool pool, int maxActive) {
        this.queue = queue;
        this.pool = pool;
        this.maxActive = maxActive;
    }

    /** Puts a work at the end of the pool's list, or has it wait for others to end. */
    void insert(Work work) {
        work.share = this;
        work.group = groups.enter();
        work.inactive = active == maxActive;
        if (work.inactive) {
            waiting.addLast(work);
        } else {
            active++;
            pool.add(work);
            pool.wakeWorkerIfNoneRuns();
        }
    }

    /** Takes a work off that waits, here or in the pool's list. */
    void remove(Work work) {
        Objects.requireNonNull(work.list).remove(work);
        ended(Objects.requireNonNull(work.group), !work.inactive);
        pool.wakeWorkerIfNeeded();
    }

    /** Models {@code pwq_dec_nr_in_flight()}: a work has ended, or was taken off. */
    void ended(FlushGroup group, boolean wasActive) {
        if (wasActive) {
            active--;
            Work next = waiting.first();
            if (next != null) {
                waiting.remove(next);
                next.inactive = false;
                active++;
                pool.add(next);
            }
        }
        groups.leave(group);
    }
}
