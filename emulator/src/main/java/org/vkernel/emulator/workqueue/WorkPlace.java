package org.vkernel.emulator.workqueue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.GuardedData;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/** Where works wait and run: what the two kinds of queue have in common. */
abstract sealed class WorkPlace permits WorkerPool, CpuWorkqueue {
    private static final TraceKind START =
            TraceKind.of("workqueue", "workqueue_execute_start", "work", "", "");
    private static final TraceKind END =
            TraceKind.of("workqueue", "workqueue_execute_end", "work", "", "");

    /** A work that runs, and those who wait for its end. */
    static final class Execution {
        final Work work;

        /** The queue from which it came. */
        final Workqueue queue;

        final Task task;
        private final List<Completion> flushers;

        /** The same work once more, for the one who runs this: it must not run twice at once. */
        @Nullable Work again;

        Execution(Work work, Workqueue queue, Task task) {
            this.work = work;
            this.task = task;
            this.queue = queue;
            this.flushers = work.takeFlushers();
        }
    }

    final Scheduler sched;
    private final Trace trace;

    /** Taken with interrupts off. */
    final SpinLock lock;

    /** What stands below the lock, here and in the two kinds. */
    final GuardedData guarded;

    /** What runs now, in the order of starting. Under the lock. */
    private final List<Execution> running = new ArrayList<>(1);

    WorkPlace(Scheduler sched, Trace trace, String lockName) {
        this.sched = sched;
        this.trace = trace;
        this.lock = new SpinLock(sched, lockName);
        this.guarded = new GuardedData(sched, lock);
    }

    /** Takes a work that is queued here off. The caller holds the lock. */
    abstract void removeLocked(Work work);

    /** The places where its queue's works may be besides this one, this included. */
    abstract List<? extends WorkPlace> neighbours();

    /** The execution of {@code work} that goes on here, or null. The caller holds the lock. */
    final @Nullable Execution runningLocked(Work work) {
        guarded.read();
        return executionOf(work);
    }

    private @Nullable Execution executionOf(Work work) {
        for (Execution execution : running) {
            if (execution.work == work) {
                return execution;
            }
        }
        return null;
    }

    /**
     * What tells the end of {@code work}, as it is queued or runs here now; null if it does
     * neither. Models {@code start_flush_work()}.
     *
     * @param runningOnly whether to leave out an instance that is queued
     */
    final @Nullable Completion joinFlush(Work work, boolean runningOnly) {
        Completion done = null;
        boolean flags = lock.lockIrqsave();
        Execution execution = runningLocked(work);
        if (!runningOnly && work.place.peek() == this && isQueuedLocked(work)) {
            done = new Completion(sched, "the end of " + work);
            work.addFlusher(done);
        } else if (execution != null) {
            done = new Completion(sched, "the end of " + work);
            execution.flushers.add(done);
        }
        if (done != null) {
            done.setTarget(() -> runners(work));
        }
        lock.unlockIrqrestore(flags);
        return done;
    }

    /** Who runs {@code work} here now; asked while nothing runs. */
    private List<Task> runners(Work work) {
        Execution execution = executionOf(work);
        return execution == null ? List.of() : List.of(execution.task);
    }

    /** The tasks that run works of {@code queue} here. */
    final List<Task> runners(Workqueue queue) {
        return running.stream()
                .filter(execution -> execution.queue == queue)
                .map(execution -> execution.task)
                .toList();
    }

    /** Whether {@code work}, whose place this is, is to be run. The caller holds the lock. */
    final boolean isQueuedLocked(Work work) {
        Execution execution = runningLocked(work);
        return work.list != null || (execution != null && execution.again != null);
    }

    /** Adds to what runs here. The caller holds the lock. */
    final Execution begin(Work work, Workqueue queue) {
        Execution execution = new Execution(work, queue, sched.current());
        guarded.write();
        running.add(execution);
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.disarmed(work);
        }
        return execution;
    }

    /** Takes off what runs here, and lets its flushers go on. The caller holds the lock. */
    final void end(Execution execution) {
        guarded.write();
        running.remove(execution);
        for (Completion flusher : execution.flushers) {
            flusher.complete();
        }
    }

    /**
     * Runs the function, without the lock; reports what it leaves behind. N.B. The work may belong
     * to somebody else once it has begun: it is touched before only.
     */
    final void call(Task task, Execution execution) {
        Work work = execution.work;
        Work.Function function = work.function();
        String name = work.name();
        long number = work.number;
        if (trace.isActive()) {
            trace.emit(START, number, 0, 0, name);
        }
        CodeWatch watch = sched.codeWatch();
        if (watch == null) {
            function.run(work);
        } else if (watch.enter(CodeWatch.Kind.WORK, work, name, function)) {
            function.run(work);
            watch.leave(function);
        }
        if (trace.isActive()) {
            trace.emit(END, number, 0, 0, name);
        }
        int count = task.preemptCount();
        if (count != 0 || task.irqsDisabled() || task.rcuNesting() != 0) {
            task.preemptCountSub(count);
            sched.localIrqRestore(false);
            sched.reportBrokenInContext(
                    "workqueue leaked lock or atomic",
                    String.format(
                            "%s/%#x/%d, last function: %s", task.comm(), count, task.pid(), name));
        }
    }
}
