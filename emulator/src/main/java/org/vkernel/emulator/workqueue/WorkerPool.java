package org.vkernel.emulator.workqueue;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Cpu;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.trace.Trace;

/**
 * Workers that share a list of works. Models {@code struct worker_pool}.
 *
 * <p>That of a CPU has one of its workers run at a time: another starts only when that one sleeps.
 * That for any CPU starts a worker for each work.
 */
final class WorkerPool extends WorkPlace {
    /** The CPU it is bound to; null: any. */
    private final @Nullable Cpu cpu;

    // Under the lock.
    private final WorkList works = new WorkList();

    /** Workers with nothing to do, the latest first. */
    private final ArrayDeque<Worker> idle = new ArrayDeque<>(2);

    /** Workers of a CPU's pool that run, and do not sleep in a function. */
    private int running;

    private int made;

    WorkerPool(Scheduler sched, Trace trace, @Nullable Cpu cpu) {
        super(sched, trace, "pool->lock");
        this.cpu = cpu;
    }

    /** Whether one of its workers at a time shall run. */
    private boolean isBound() {
        return cpu != null;
    }

    /** Puts an active work at the end. */
    void add(Work work) {
        works.addLast(work);
    }

    @Override
    void removeLocked(Work work) {
        PoolWorkqueue share = Objects.requireNonNull(work.share);
        Execution execution = runningLocked(work);
        if (execution != null && execution.again != null) {
            execution.again = null;
            share.ended(Objects.requireNonNull(work.group), true);
        } else {
            share.remove(work);
        }
    }

    @Override
    List<WorkerPool> neighbours() {
        return List.of(this);
    }

    /** Somebody has to come for a new work, unless a worker is at it. */
    void wakeWorkerIfNoneRuns() {
        if (running == 0) {
            wakeWorker();
        }
    }

    /** Has another worker come for what is left, if this shall be. */
    void wakeWorkerIfNeeded() {
        if (needsWorker()) {
            wakeWorker();
        }
    }

    /** Models {@code need_more_worker()}. */
    boolean needsWorker() {
        return !works.isEmpty() && running == 0;
    }

    /** Models {@code keep_working()}: for a worker that runs itself. */
    boolean keepsWorking() {
        return !works.isEmpty() && running <= 1;
    }

    /**
     * Takes the first work off; null if that one runs here already, and so was left to the worker
     * that runs it.
     */
    @Nullable Work takeWork() {
        Work work = Objects.requireNonNull(works.first());
        works.remove(work);
        Execution other = runningLocked(work);
        if (other == null) {
            return work;
        }
        assert other.again == null : work + " was queued twice";
        other.again = work;
        return null;
    }

    /** Models {@code wake_up_worker()}; makes one where none is idle. */
    private void wakeWorker() {
        Worker worker = idle.peekFirst();
        if (worker != null) {
            sched.wakeUp(worker.task(), TaskState.NORMAL);
            return;
        }
        int id = made++;
        Worker fresh = new Worker(this);
        Task task =
                cpu != null
                        ? sched.newPinnedTask("kworker/" + cpu.index() + ":" + id, cpu, fresh)
                        : sched.newTask(
                                sched.allocatePid(),
                                "kworker/u:" + id,
                                null,
                                Task.PF_KTHREAD,
                                fresh);
        fresh.attach(task);
        idle.addFirst(fresh);
        sched.admit(task);
    }

    void enterIdle(Worker worker) {
        idle.addFirst(worker);
    }

    void leaveIdle(Worker worker) {
        idle.remove(worker);
    }

    /** A worker starts to run works, or goes on after a sleep. */
    void ran() {
        if (isBound()) {
            running++;
        }
    }

    /** A worker has run out of works, or sleeps. */
    void stopped() {
        if (isBound()) {
            running--;
        }
    }

    @Override
    public String toString() {
        return cpu == null ? "the unbound pool" : "the pool of " + cpu;
    }
}
