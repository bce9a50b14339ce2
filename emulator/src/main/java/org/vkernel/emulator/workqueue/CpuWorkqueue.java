package org.vkernel.emulator.workqueue;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.sched.Cpu;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;

/** One thread of a queue, and the list it works off. Models {@code struct cpu_workqueue_struct}. */
final class CpuWorkqueue extends WorkPlace {
    /** How deep works may flush their own queue. */
    private static final int MAX_DEPTH = 3;

    private final ThreadedWorkqueue queue;

    /** The CPU its thread is bound to; null: none. */
    private final @Nullable Cpu cpu;

    private final Completion ended;

    // Under the lock.
    private final WorkList works = new WorkList();
    private final FlushGroups groups = new FlushGroups();
    private @Nullable Task thread;
    private boolean stopping;
    private int depth;

    CpuWorkqueue(ThreadedWorkqueue queue, @Nullable Cpu cpu) {
        super(queue.sched, queue.queues.trace, "cwq->lock");
        this.queue = queue;
        this.cpu = cpu;
        this.ended = new Completion(sched, "the end of a thread of " + queue);
    }

    /** Models {@code __queue_work()}. The caller has interrupts off. */
    void insert(Work work) {
        lock.lock();
        guarded.write();
        work.place.rcuAssign(this);
        work.group = groups.enter();
        works.addLast(work);
        wakeThread();
        lock.unlock();
    }

    private void wakeThread() {
        Task task = thread;
        if (task != null) {
            sched.wakeUp(task, TaskState.NORMAL);
            return;
        }
        String name = queue.name();
        Task made =
                cpu != null
                        ? sched.newPinnedTask(name + "/" + cpu.index(), cpu, this::run)
                        : sched.newTask(
                                sched.allocatePid(), name, null, Task.PF_KTHREAD, this::run);
        thread = made;
        sched.admit(made);
    }

    @Override
    void removeLocked(Work work) {
        guarded.write();
        works.remove(work);
        groups.leave(Objects.requireNonNull(work.group));
    }

    @Override
    List<CpuWorkqueue> neighbours() {
        return queue.threads();
    }

    /** Models {@code worker_thread()}. */
    private void run() {
        Task self = sched.current();
        for (; ; ) {
            self.setWaitsOn("work to do");
            self.setState(TaskState.INTERRUPTIBLE);
            boolean flags = lock.lockIrqsave();
            guarded.read();
            boolean empty = works.isEmpty();
            boolean stop = stopping;
            lock.unlockIrqrestore(flags);
            if (empty && !stop) {
                sched.schedule();
            }
            self.setState(TaskState.RUNNING);
            self.setWaitsOn(null);
            if (!empty) {
                runWorks(self);
            } else if (stop) {
                break;
            }
        }
        ended.complete();
    }

    /** Models {@code run_workqueue()}. */
    private void runWorks(Task self) {
        boolean flags = lock.lockIrqsave();
        guarded.write();
        if (++depth > MAX_DEPTH) {
            sched.reportBroken(
                    "run_workqueue: recursion depth exceeded", queue + ": " + depth + " deep");
        }
        Work work;
        while ((work = works.first()) != null) {
            works.remove(work);
            FlushGroup group = Objects.requireNonNull(work.group);
            Execution execution = begin(work, queue);
            work.state.getAndAnd(~Work.PENDING);
            lock.unlockIrqrestore(flags);
            call(self, execution);
            flags = lock.lockIrqsave();
            end(execution);
            groups.leave(group);
        }
        depth--;
        lock.unlockIrqrestore(flags);
    }

    /**
     * Models {@code flush_cpu_workqueue()}. N.B. Its own thread does not wait for the work that it
     * runs, but runs the rest by hand.
     */
    void flush() {
        Task self = sched.current();
        boolean flags = lock.lockIrqsave();
        guarded.write();
        boolean own = thread == self;
        FlushGroup.Flush flush = new FlushGroup.Flush(sched, queue, () -> runners(queue));
        if (!own) {
            groups.join(flush);
        }
        lock.unlockIrqrestore(flags);
        if (own) {
            runWorks(self);
        } else {
            flush.await();
        }
    }

    boolean isBusy() {
        boolean flags = lock.lockIrqsave();
        int inFlight = groups.inFlight();
        lock.unlockIrqrestore(flags);
        return inFlight != 0;
    }

    /** Ends the thread and waits for that. Context: process; sleeps. */
    void stop() {
        boolean flags = lock.lockIrqsave();
        guarded.write();
        stopping = true;
        Task task = thread;
        if (task != null) {
            sched.wakeUp(task, TaskState.NORMAL);
        }
        lock.unlockIrqrestore(flags);
        if (task != null) {
            ended.await();
        }
    }
}
