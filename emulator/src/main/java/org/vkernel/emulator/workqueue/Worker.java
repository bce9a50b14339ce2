package org.vkernel.emulator.workqueue;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SleepHook;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;

/** A thread that runs the works of a pool. Models {@code struct worker}. */
final class Worker implements Runnable, SleepHook {
    private final WorkerPool pool;
    private final Scheduler sched;
    private @Nullable Task task;

    /** The queue whose work it runs. Owned by its own thread. */
    private @Nullable Workqueue currentQueue;

    /** Whether it counts as one of the pool's that run. Owned by its own thread. */
    private boolean counted;

    /** Whether it sleeps in a function. Owned by its own thread. */
    private boolean asleep;

    Worker(WorkerPool pool) {
        this.pool = pool;
        this.sched = pool.sched;
    }

    void attach(Task own) {
        task = own;
        own.setSleepHook(this);
    }

    Task task() {
        return Objects.requireNonNull(task);
    }

    /** The worker that {@code task} is, or null. Models {@code current_wq_worker()}. */
    static @Nullable Worker of(Task task) {
        return task.sleepHook() instanceof Worker worker ? worker : null;
    }

    /** The queue whose work it runs. Only for its own thread. */
    @Nullable Workqueue currentQueue() {
        return currentQueue;
    }

    /** Models {@code worker_thread()}. */
    @Override
    public void run() {
        Task self = task();
        for (; ; ) {
            boolean flags = pool.lock.lockIrqsave();
            pool.leaveIdle(this);
            if (pool.needsWorker()) {
                setCounted(true);
                do {
                    Work work = pool.takeWork();
                    while (work != null) {
                        work = process(self, work, flags);
                    }
                } while (pool.keepsWorking());
                setCounted(false);
            }
            pool.enterIdle(this);
            self.setWaitsOn("work to do");
            self.setState(TaskState.INTERRUPTIBLE);
            pool.lock.unlockIrqrestore(flags);
            sched.schedule();
            self.setWaitsOn(null);
        }
    }

    private void setCounted(boolean value) {
        counted = value;
        if (value) {
            pool.ran();
        } else {
            pool.stopped();
        }
    }

    /**
     * Models {@code process_one_work()}: the pool's lock is held before and after, not during the
     * call.
     *
     * @return the same work, where it was queued again and came up meanwhile; else null
     */
    private @Nullable Work process(Task self, Work work, boolean flags) {
        PoolWorkqueue share = Objects.requireNonNull(work.share);
        FlushGroup group = Objects.requireNonNull(work.group);
        WorkPlace.Execution execution = pool.begin(work, share.queue);
        currentQueue = share.queue;
        pool.wakeWorkerIfNeeded();
        work.state.getAndAnd(~Work.PENDING);
        pool.lock.unlockIrqrestore(flags);
        pool.call(self, execution);
        sched.leavesKernel(self);
        sched.condResched();
        var _ = pool.lock.lockIrqsave();
        currentQueue = null;
        pool.end(execution);
        share.ended(group, true);
        return execution.again;
    }

    /** Models {@code wq_worker_sleeping()}: another may run while this one sleeps. */
    @Override
    public void sleeping(Task sleeper) {
        if (counted && !asleep) {
            asleep = true;
            boolean flags = pool.lock.lockIrqsave();
            pool.stopped();
            pool.wakeWorkerIfNeeded();
            pool.lock.unlockIrqrestore(flags);
        }
    }

    /** Models {@code wq_worker_running()}. */
    @Override
    public void running(Task sleeper) {
        if (asleep) {
            asleep = false;
            boolean flags = pool.lock.lockIrqsave();
            pool.ran();
            pool.lock.unlockIrqrestore(flags);
        }
    }
}
