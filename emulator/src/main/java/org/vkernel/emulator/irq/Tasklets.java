package org.vkernel.emulator.irq;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.sched.Cpu;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/**
 * Every CPU's tasklets: those of the HI vector and those of the TASKLET vector, each run in the
 * order of scheduling (kernel/softirq.c).
 *
 * <p>Differs from Linux: a tasklet that is disabled, or runs on another CPU, when its turn comes is
 * put aside until that is over, and then queued on the CPU that ended it; Linux looks again and
 * again, which would keep virtual time from passing.
 */
public final class Tasklets {
    private static final TraceKind ENTRY = TraceKind.of("irq", "tasklet_entry", "vec", "", "");
    private static final TraceKind EXIT = TraceKind.of("irq", "tasklet_exit", "vec", "", "");

    /** One CPU's tasklets of one vector, in order. Exclusive to that CPU, with interrupts off. */
    private static final class Queue {
        private @Nullable Tasklet head;
        private @Nullable Tasklet tail;

        void add(Tasklet tasklet) {
            tasklet.next = null;
            if (tail == null) {
                head = tasklet;
            } else {
                tail.next = tasklet;
            }
            tail = tasklet;
        }

        @Nullable Tasklet takeAll() {
            Tasklet first = head;
            head = null;
            tail = null;
            return first;
        }
    }

    final Scheduler sched;
    private final Softirqs softirqs;
    private final Trace trace;
    private final Queue[] hi;
    private final Queue[] normal;

    /** Woken whenever a tasklet starts or ends, if somebody waits. */
    private final WaitQueue changes;

    /** Opens the two vectors. */
    public Tasklets(Scheduler sched, Softirqs softirqs, Trace trace) {
        this.sched = sched;
        this.softirqs = softirqs;
        this.trace = trace;
        this.hi = queues(sched.cpuCount());
        this.normal = queues(sched.cpuCount());
        this.changes = new WaitQueue(sched, "a tasklet to run or to end");
        softirqs.open(Softirqs.HI, cpu -> run(cpu, Softirqs.HI, hi));
        softirqs.open(Softirqs.TASKLET, cpu -> run(cpu, Softirqs.TASKLET, normal));
    }

    private static Queue[] queues(int cpus) {
        Queue[] made = new Queue[cpus];
        for (int i = 0; i < cpus; i++) {
            made[i] = new Queue();
        }
        return made;
    }

    /** Models {@code __tasklet_schedule_common()}: queues it on this CPU. */
    void enqueue(Tasklet tasklet) {
        boolean flags = sched.localIrqSave();
        Queue[] queues = tasklet.vector == Softirqs.HI ? hi : normal;
        queues[sched.thisCpu().index()].add(tasklet);
        softirqs.raise(tasklet.vector);
        sched.localIrqRestore(flags);
    }

    /** Models {@code tasklet_action_common()}. Context: softirq. */
    private void run(Cpu cpu, int vector, Queue[] queues) {
        boolean flags = sched.localIrqSave();
        Tasklet tasklet = queues[cpu.index()].takeAll();
        sched.localIrqRestore(flags);
        while (tasklet != null) {
            Tasklet next = tasklet.next;
            tasklet.next = null;
            tryRun(tasklet, vector);
            tasklet = next;
        }
    }

    private void tryRun(Tasklet tasklet, int vector) {
        if ((tasklet.state.getAndOr(Tasklet.RUNNING) & Tasklet.RUNNING) != 0) {
            park(tasklet);
        } else if (tasklet.disabled.get() != 0) {
            ended(tasklet);
            park(tasklet);
        } else {
            run(tasklet, vector);
        }
    }

    private void run(Tasklet tasklet, int vector) {
        int before = tasklet.state.getAndAnd(~Tasklet.SCHEDULED);
        assert (before & Tasklet.SCHEDULED) != 0 : tasklet + " runs unscheduled";
        wakeWaiters();
        if (trace.isActive()) {
            trace.emit(ENTRY, vector, 0, 0, tasklet.name());
        }
        CodeWatch watch = sched.codeWatch();
        if (watch == null) {
            tasklet.function.run();
        } else {
            runWatched(tasklet, watch);
        }
        if (trace.isActive()) {
            trace.emit(EXIT, vector, 0, 0, tasklet.name());
        }
        ended(tasklet);
    }

    private static void runWatched(Tasklet tasklet, CodeWatch watch) {
        Runnable function = tasklet.function;
        boolean isThere = watch.enter(CodeWatch.Kind.TASKLET, tasklet, tasklet.name(), function);
        watch.disarmed(tasklet);
        if (isThere) {
            function.run();
            watch.leave(function);
        }
    }

    /** Models {@code tasklet_unlock()}. */
    private void ended(Tasklet tasklet) {
        tasklet.state.getAndAnd(~Tasklet.RUNNING);
        wakeWaiters();
        resume(tasklet);
    }

    private void park(Tasklet tasklet) {
        tasklet.state.getAndOr(Tasklet.PARKED);
        resume(tasklet); // what it was put aside for may be over by now
    }

    /** Queues it again if it was put aside and may run now. */
    void resume(Tasklet tasklet) {
        int mask = Tasklet.RUNNING | Tasklet.PARKED;
        if ((tasklet.state.get() & mask) == Tasklet.PARKED
                && tasklet.disabled.get() == 0
                && (tasklet.state.getAndAnd(~Tasklet.PARKED) & Tasklet.PARKED) != 0) {
            enqueue(tasklet);
        }
    }

    private void wakeWaiters() {
        if (changes.isActive()) {
            changes.wakeUpAll();
        }
    }

    /** Models {@code tasklet_unlock_wait()}. Context: process; sleeps. */
    void awaitNotRunning(Tasklet tasklet) {
        changes.waitEvent(() -> (tasklet.state.get() & Tasklet.RUNNING) == 0);
    }

    void kill(Tasklet tasklet) {
        if (sched.inInterrupt()) {
            sched.reportBroken("attempt to kill a tasklet from interrupt", tasklet.toString());
        }
        changes.waitEvent(
                () -> (tasklet.state.getAndOr(Tasklet.SCHEDULED) & Tasklet.SCHEDULED) == 0);
        awaitNotRunning(tasklet);
        tasklet.state.getAndAnd(~Tasklet.SCHEDULED);
        wakeWaiters();
    }
}
