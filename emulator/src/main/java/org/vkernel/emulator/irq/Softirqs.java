package org.vkernel.emulator.irq;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.ContextWatcher;
import org.vkernel.emulator.sched.Cpu;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SoftirqRunner;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/**
 * Softirq vectors (kernel/softirq.c): work that interrupts leave for when they have returned.
 *
 * <p>Raised vectors run in Linux's order at the exit of an interrupt, or when bottom halves are
 * enabled again, with bottom halves disabled and interrupts on; on top of whatever task runs. After
 * {@link #MAX_RESTARTS} passes or {@link #MAX_NS} the CPU's {@code ksoftirqd/N} takes over.
 */
public final class Softirqs implements SoftirqRunner {
    public static final int HI = 0;
    public static final int TIMER = 1;
    public static final int NET_TX = 2;
    public static final int NET_RX = 3;
    public static final int BLOCK = 4;
    public static final int IRQ_POLL = 5;
    public static final int TASKLET = 6;
    public static final int SCHED = 7;
    public static final int HRTIMER = 8;
    public static final int RCU = 9;

    /** {@code MAX_SOFTIRQ_RESTART}: passes in one go. */
    public static final int MAX_RESTARTS = 10;

    /** {@code MAX_SOFTIRQ_TIME}: 2 ms in one go. */
    public static final long MAX_NS = 2_000_000;

    private static final String[] NAMES = {
        "HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"
    };
    private static final TraceKind ENTRY = TraceKind.of("irq", "softirq_entry", "vec", "", "");
    private static final TraceKind EXIT = TraceKind.of("irq", "softirq_exit", "vec", "", "");
    private static final TraceKind RAISE = TraceKind.of("irq", "softirq_raise", "vec", "", "");

    /** What a vector does. */
    @FunctionalInterface
    public interface Action {
        /** Context: softirq. Sleeps: never. Must leave {@code preempt_count} as it was. */
        void run(Cpu cpu);
    }

    private final Scheduler sched;
    private final Trace trace;
    private final boolean leavesToDaemon;
    private final @Nullable Action[] actions = new Action[NAMES.length];
    private final @Nullable Task[] daemons;

    /**
     * Makes the vectors of one kernel and registers as its scheduler's runner.
     *
     * @param leavesToDaemon whether an interrupt's exit leaves them to a {@code ksoftirqd} that
     *     runs
     */
    public Softirqs(Scheduler sched, Trace trace, boolean leavesToDaemon) {
        this.leavesToDaemon = leavesToDaemon;
        this.sched = sched;
        this.trace = trace;
        this.daemons = new Task[sched.cpuCount()];
        sched.setSoftirqRunner(this);
    }

    /** {@code open_softirq()}. */
    public void open(int vector, Action action) {
        actions[vector] = action;
    }

    /**
     * {@code raise_softirq()}: marks {@code vector} on this CPU; outside of interrupts and with
     * bottom halves enabled, {@code ksoftirqd} is woken for it. Context: any. Sleeps: never.
     */
    public void raise(int vector) {
        boolean flags = sched.localIrqSave();
        Task task = sched.current();
        raiseIrqoff(vector);
        if (!PreemptCount.inInterrupt(task.preemptCount())) {
            wakeDaemon(task.cpu());
        }
        sched.localIrqRestore(flags);
    }

    /** {@code __raise_softirq_irqoff()}: only marks. The caller has interrupts off. */
    public void raiseIrqoff(int vector) {
        Cpu cpu = sched.thisCpu();
        if (trace.isActive()) {
            trace.emit(RAISE, vector, 0, 0);
        }
        cpu.setSoftirqPending(cpu.softirqPending() | 1 << vector);
    }

    @Override
    public void run(Task task, boolean irqExit) {
        Cpu cpu = task.cpu();
        if (irqExit
                && leavesToDaemon
                && daemonRuns(cpu)
                && (cpu.softirqPending() & 1 << HI) == 0
                && (cpu.softirqPending() & 1 << TASKLET) == 0) {
            return;
        }
        long end = sched.clockNs() + MAX_NS;
        boolean irqsWereOff = sched.localIrqSave();
        task.preemptCountAdd(PreemptCount.SOFTIRQ_OFFSET);
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            watcher.interruptBegins(task);
        }
        int passes = 0;
        int pending = cpu.softirqPending();
        while (pending != 0) {
            if (passes++ == MAX_RESTARTS || sched.clockNs() >= end) {
                wakeDaemon(cpu);
                break;
            }
            cpu.setSoftirqPending(0);
            sched.localIrqRestore(false);
            runPass(task, cpu, pending);
            boolean off = sched.localIrqSave();
            assert !off;
            pending = cpu.softirqPending();
        }
        if (watcher != null) {
            watcher.interruptEnds(task);
        }
        task.preemptCountSub(PreemptCount.SOFTIRQ_OFFSET);
        sched.localIrqRestore(irqsWereOff);
    }

    private void runPass(Task task, Cpu cpu, int pending) {
        for (int rest = pending; rest != 0; rest &= rest - 1) {
            int vector = Integer.numberOfTrailingZeros(rest);
            Action action = actions[vector];
            if (action == null) {
                continue;
            }
            if (trace.isActive()) {
                trace.emit(ENTRY, vector, 0, 0);
            }
            int before = task.preemptCount();
            action.run(cpu);
            if (task.preemptCount() != before) {
                int after = task.preemptCount();
                task.preemptCountAdd(before - after);
                sched.reportBrokenInContext(
                        "softirq leaked preempt_count",
                        String.format(
                                "%s entered with preempt_count %#x, exited with %#x",
                                NAMES[vector], before, after));
            }
            if (trace.isActive()) {
                trace.emit(EXIT, vector, 0, 0);
            }
        }
    }

    // ---- ksoftirqd ---------------------------------------------------------------------------

    private boolean daemonRuns(Cpu cpu) {
        Task daemon = daemons[cpu.index()];
        return daemon != null && daemon.state() == TaskState.RUNNING && !daemon.isDead();
    }

    private void wakeDaemon(Cpu cpu) {
        Task daemon = daemons[cpu.index()];
        if (daemon == null) {
            Task made = sched.newPinnedTask("ksoftirqd/" + cpu.index(), cpu, () -> daemon(cpu));
            daemons[cpu.index()] = made;
            sched.admit(made);
        } else {
            sched.wakeUp(daemon, TaskState.INTERRUPTIBLE);
        }
    }

    /** Models {@code run_ksoftirqd()}: runs what is pending, then sleeps. */
    private void daemon(Cpu cpu) {
        Task self = sched.current();
        for (; ; ) {
            if (cpu.softirqPending() != 0) {
                run(self, false);
                sched.condResched();
            } else {
                self.setWaitsOn("a softirq to be left to it");
                self.setState(TaskState.INTERRUPTIBLE);
                if (cpu.softirqPending() != 0) {
                    self.setState(TaskState.RUNNING);
                } else {
                    sched.schedule();
                }
            }
        }
    }
}
