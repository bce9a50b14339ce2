package org.vkernel.emulator.locking;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.irq.Softirqs;
import org.vkernel.emulator.sched.ContextWatcher;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.StepObserver;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.GuardedData;

/**
 * Models RCU (kernel/rcu): readers that never wait, and writers that wait for the readers that were
 * there before them.
 *
 * <p>On the simulated machine readers may be preempted, and the schedule decides when a grace
 * period ends. On the parallel machine a reader keeps its CPU slot, so a grace period is over when
 * each slot has been seen without the holder it had.
 */
public final class Rcu {
    private final Scheduler sched;
    private final Softirqs softirqs;
    private final Mutex gracePeriod;
    private final WaitQueue gracePeriodEnd;

    /** Simulated machine: read sections are switched off, see {@link SimMachine#isOff}. */
    private final boolean off;

    // Simulated machine; exclusive to the holder of the baton.
    private int readers;
    private int blocking;
    private int sequence;

    private final SpinLock callbackLock;
    private final WaitQueue callbackWait;

    /** Guarded by {@link #callbackLock}; whether anything waits is read without. */
    private final GuardedData callbacks;

    private ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
    private boolean callbacksRun;
    private @Nullable Task daemon;

    /** Makes a kernel's RCU and opens its softirq vector. */
    public Rcu(Scheduler sched, Softirqs softirqs) {
        this.sched = sched;
        this.softirqs = softirqs;
        this.off = SimMachine.isOff(sched, "rcu_read_lock");
        this.gracePeriod = new Mutex(sched, "rcu_gp");
        this.gracePeriodEnd = new WaitQueue(sched, "the end of an RCU grace period");
        gracePeriodEnd.setTarget(this::blockingReaders);
        this.callbackLock = new SpinLock(sched, "rcu_callbacks");
        this.callbackWait = new WaitQueue(sched, "RCU callbacks");
        this.callbacks = new GuardedData(sched, callbackLock);
        softirqs.open(Softirqs.RCU, cpu -> runCallbacks());
    }

    /** {@code rcu_read_lock()}. Context: any. Sleeps: never; nests. */
    public void readLock() {
        Task task = sched.current();
        int nesting = task.rcuNesting();
        task.setRcuNesting(nesting + 1);
        SimMachine sim = sched.sim();
        if (nesting == 0 && sim != null) {
            beginRead(sim, task);
        }
    }

    private void beginRead(SimMachine sim, Task task) {
        sim.touched(StepObserver.RCU, false);
        if (off) {
            task.setRcuNesting(0);
            return;
        }
        readers++;
        task.setRcuSequence(sequence);
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            watcher.rcuReadBegins(task);
        }
    }

    /** {@code rcu_read_unlock()}. */
    public void readUnlock() {
        Task task = sched.current();
        int nesting = task.rcuNesting() - 1;
        task.setRcuNesting(nesting);
        SimMachine sim = sched.sim();
        if (nesting != 0 || sim == null) {
            if (nesting < 0) {
                task.setRcuNesting(0);
                if (off) {
                    return;
                }
                sched.reportBroken("rcu_read_unlock() without rcu_read_lock()", task.toString());
            }
            return;
        }
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            watcher.rcuReadEnds(task);
        }
        readers--;
        boolean isWaitedFor = task.rcuSequence() != sequence;
        sim.touched(StepObserver.RCU, isWaitedFor);
        if (isWaitedFor && --blocking == 0) {
            gracePeriodEnd.wakeUpAll();
        }
    }

    /**
     * Reports a look-up that no read section protects ({@code rcu_dereference()} under lockdep).
     *
     * @param function who looks up, as it is called in C
     */
    public void checkReading(String function) {
        Task task = sched.current();
        if (sched.watcher() != null && task.rcuNesting() == 0) {
            sched.reportBroken(
                    "suspicious RCU usage", task + " is in no read section in " + function);
        }
    }

    /**
     * {@code synchronize_rcu()}: returns when every read section that had begun before has ended.
     * Context: process; sleeps.
     */
    public void synchronize() {
        sched.mightSleep();
        SimMachine sim = sched.sim();
        if (sim == null) {
            sched.waitForQuiescentSlots();
            return;
        }
        gracePeriod.lock();
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            watcher.gracePeriodBegins(sched.current());
        }
        sim.touched(StepObserver.RCU, true);
        sequence++;
        blocking = readers;
        if (blocking != 0) {
            sim.graceBegins(sequence);
        }
        gracePeriodEnd.waitEvent(() -> noneBlocks(sim));
        sim.graceEnds();
        if (watcher != null) {
            watcher.gracePeriodEnded(sched.current());
        }
        gracePeriod.unlock();
    }

    private List<Task> blockingReaders() {
        SimMachine sim = sched.sim();
        return sim == null
                ? List.of()
                : sim.allTasks().stream()
                        .filter(task -> task.rcuNesting() != 0 && task.rcuSequence() != sequence)
                        .toList();
    }

    private boolean noneBlocks(SimMachine sim) {
        sim.touched(StepObserver.RCU, false);
        return blocking == 0;
    }

    /**
     * {@code call_rcu()}: runs {@code callback} in softirq context after a grace period. Context:
     * any. Sleeps: never.
     */
    public void call(Runnable callback) {
        boolean flags = callbackLock.lockIrqsave();
        callbacks.write();
        waiting.add(callback);
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.armed(CodeWatch.Kind.RCU, callback, "of call_rcu()", callback);
        }
        if (daemon == null) {
            Task made =
                    sched.newTask(
                            sched.allocatePid(), "rcu_gp", null, Task.PF_KTHREAD, this::daemon);
            daemon = made;
            sched.admit(made);
        }
        callbackLock.unlockIrqrestore(flags);
        callbackWait.wakeUp();
    }

    /** {@code rcu_barrier()}: returns when all callbacks queued before have run. */
    public void barrier() {
        boolean idle = daemon == null;
        if (idle) {
            return;
        }
        Completion done = new Completion(sched, "rcu_barrier");
        call(done::complete);
        done.await();
    }

    private void daemon() {
        for (; ; ) {
            var _ = callbackWait.waitEventInterruptible(() -> !waiting.isEmpty());
            boolean flags = callbackLock.lockIrqsave();
            callbacks.write();
            ArrayDeque<Runnable> batch = waiting;
            waiting = new ArrayDeque<>();
            callbackLock.unlockIrqrestore(flags);
            synchronize();
            flags = callbackLock.lockIrqsave();
            callbacks.write();
            ready.addAll(batch);
            callbackLock.unlockIrqrestore(flags);
            softirqs.raise(Softirqs.RCU);
        }
    }

    /**
     * Runs what is ready, on one CPU at a time: a callback is done before a later one begins, which
     * {@link #barrier} relies on.
     */
    private void runCallbacks() {
        boolean flags = callbackLock.lockIrqsave();
        callbacks.write();
        if (callbacksRun) {
            callbackLock.unlockIrqrestore(flags);
            return;
        }
        callbacksRun = true;
        Runnable callback = ready.poll();
        while (callback != null) {
            callbackLock.unlockIrqrestore(flags);
            run(callback);
            flags = callbackLock.lockIrqsave();
            callbacks.write();
            callback = ready.poll();
        }
        callbacksRun = false;
        callbackLock.unlockIrqrestore(flags);
    }

    private void run(Runnable callback) {
        CodeWatch watch = sched.codeWatch();
        if (watch == null) {
            callback.run();
            return;
        }
        boolean isThere = watch.enter(CodeWatch.Kind.RCU, callback, "of call_rcu()", callback);
        watch.disarmed(callback);
        if (isThere) {
            callback.run();
            watch.leave(callback);
        }
    }
}
