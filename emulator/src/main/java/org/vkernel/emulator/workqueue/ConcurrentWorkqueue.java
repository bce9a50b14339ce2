package org.vkernel.emulator.workqueue;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.AtomicInt;

/** A queue that shares pools of workers with all others: the concurrency-managed kind. */
final class ConcurrentWorkqueue extends Workqueue {
    /** One for each CPU, or one for all. */
    private final PoolWorkqueue[] shares;

    /** How many drain it now. */
    private final AtomicInt drainers;

    ConcurrentWorkqueue(Workqueues queues, String name, WorkerPool[] pools, int maxActive) {
        super(queues, name);
        drainers = new AtomicInt(queues.sched, 0);
        shares = new PoolWorkqueue[pools.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = new PoolWorkqueue(this, pools[i], maxActive);
        }
    }

    @Override
    void enqueue(Work work, int cpu) {
        if (drainers.peek() != 0 && !isChained()) {
            // As in Linux, the work stays pending for ever.
            sched.reportBroken("work queued on a draining workqueue", work + " on " + this);
            return;
        }
        PoolWorkqueue share = shares.length == 1 ? shares[0] : shares[cpu];
        share = lockShare(work, share);
        work.place.rcuAssign(share.pool);
        share.insert(work);
        share.pool.lock.unlock();
    }

    /**
     * Locks the pool of {@code wanted}; or that in which the work runs for this queue now, so that
     * it never runs twice at once.
     */
    private PoolWorkqueue lockShare(Work work, PoolWorkqueue wanted) {
        WorkPlace last = work.place.rcuDereference();
        if (last != null && last != wanted.pool) {
            last.lock.lock();
            WorkPlace.Execution execution = last.runningLocked(work);
            if (execution != null && execution.queue == this) {
                for (PoolWorkqueue share : shares) {
                    if (share.pool == last) {
                        return share;
                    }
                }
            }
            last.lock.unlock();
        }
        wanted.pool.lock.lock();
        return wanted;
    }

    /** Models {@code is_chained_work()}: whether one of its own works calls. */
    private boolean isChained() {
        Task task = sched.current();
        @Nullable Worker worker = Worker.of(task);
        return worker != null && sched.inTask() && worker.currentQueue() == this;
    }

    private List<Task> runners() {
        return Arrays.stream(shares).flatMap(share -> share.pool.runners(this).stream()).toList();
    }

    @Override
    public void flush() {
        sched.mightSleep();
        FlushGroup.Flush flush = new FlushGroup.Flush(sched, this, this::runners);
        for (PoolWorkqueue share : shares) {
            boolean flags = share.pool.lock.lockIrqsave();
            share.groups.join(flush);
            share.pool.lock.unlockIrqrestore(flags);
        }
        flush.await();
    }

    @Override
    public void drain() {
        drainers.incrementAndGet();
        do {
            flush();
        } while (isBusy());
        drainers.decrementAndGet();
    }

    @Override
    boolean isBusy() {
        for (PoolWorkqueue share : shares) {
            boolean flags = share.pool.lock.lockIrqsave();
            int inFlight = share.groups.inFlight();
            share.pool.lock.unlockIrqrestore(flags);
            if (inFlight != 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    void end() {
        // The workers are the pools'.
    }
}
