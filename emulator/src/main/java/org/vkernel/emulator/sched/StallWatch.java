package org.vkernel.emulator.sched;

import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;
import java.time.Duration;

/**
 * Looks, when the simulated machine's time passes, for tasks that sleep for too long where nothing
 * but what they wait for can wake them, and for RCU readers that hold up a grace period.
 *
 * <p>Models kernel/hung_task.c and kernel/rcu/tree_stall.h. There is no thread or timer behind it:
 * time stops on its way where somebody may be due, and who looks there changes nothing.
 */
final class StallWatch {
    /** A task that sleeps for too long. */
    static final String BLOCKED = "hung_task: blocked task";

    /** A read section that keeps a grace period from its end. */
    static final String STALLED = "rcu_preempt detected stalls";

    private final SimMachine machine;
    private final MachineEvents events;
    private final long taskLimitNs;
    private final long graceLimitNs;

    /** When the next task may be due. */
    private long tasksDueNs;

    private long graceDueNs = Cpu.NEVER;
    private int graceSequence;

    /** Either limit may be 0: then that is not looked at. */
    StallWatch(
            SimMachine machine, MachineEvents events, int taskLimitSeconds, int graceLimitSeconds) {
        this.machine = machine;
        this.events = events;
        this.taskLimitNs = Duration.ofSeconds(taskLimitSeconds).toNanos();
        this.graceLimitNs = Duration.ofSeconds(graceLimitSeconds).toNanos();
        this.tasksDueNs = taskLimitNs == 0 ? Cpu.NEVER : taskLimitNs;
    }

    /** A grace period begins, with readers that it waits for. */
    void graceBegins(long nowNs, int sequence) {
        graceSequence = sequence;
        graceDueNs = graceLimitNs == 0 ? Cpu.NEVER : nowNs + graceLimitNs;
    }

    void graceEnds() {
        graceDueNs = Cpu.NEVER;
    }

    /** When somebody has to look next. */
    long dueNs() {
        return Math.min(tasksDueNs, graceDueNs);
    }

    /**
     * Looks. Does not return where a report ends the run.
     *
     * @param untilNs until when nothing runs: who begins to wait later is due later
     */
    void look(long nowNs, long untilNs) {
        if (graceDueNs <= nowNs) {
            graceDueNs = LongMath.saturatedAdd(untilNs, graceLimitNs);
            lookForReaders();
        }
        if (tasksDueNs <= nowNs) {
            tasksDueNs = LongMath.saturatedAdd(untilNs, taskLimitNs);
            for (Task task : machine.allTasks()) {
                if (machine.countsAsBlocked(task)) {
                    look(task, nowNs);
                }
            }
        }
    }

    private void look(Task task, long nowNs) {
        if (task.blockedSinceNs == Cpu.NEVER) {
            return; // was reported
        }
        long due = task.blockedSinceNs + taskLimitNs;
        if (due > nowNs) {
            tasksDueNs = Math.min(tasksDueNs, due);
            return;
        }
        task.blockedSinceNs = Cpu.NEVER;
        Waits waits = machine.waits();
        ImmutableList<Task> cycle = waits.cycle(task);
        events.stuck(
                BLOCKED,
                String.format(
                        "INFO: task %s:%d blocked for more than %d seconds.\n%s",
                        task.comm(),
                        task.pid(),
                        Duration.ofNanos(taskLimitNs).toSeconds(),
                        waits.describeWith(task)),
                task,
                cycle.isEmpty() ? cycle : cycle.subList(1, cycle.size()));
    }

    private void lookForReaders() {
        ImmutableList<Task> all = machine.allTasks();
        ImmutableList<Task> readers =
                all.stream()
                        .filter(task -> task.rcuNesting != 0)
                        .filter(task -> task.rcuSequence() != graceSequence)
                        .filter(task -> !machine.isHeldUpByJitter(task))
                        .collect(ImmutableList.toImmutableList());
        if (readers.isEmpty()) {
            return;
        }
        StringBuilder text =
                new StringBuilder("rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n");
        for (Task reader : readers) {
            text.append(' ').append(reader).append(" on ").append(reader.cpu);
            text.append(" has been in a read section for more than ");
            text.append(Duration.ofNanos(graceLimitNs).toSeconds()).append(" seconds\n");
        }
        Waits waits = machine.waits();
        for (Task task : all) {
            if (task.waitsOn instanceof WaitTarget target
                    && !target.isLock()
                    && target.holders().equals(readers)) {
                text.append(' ').append(waits.describeWith(task));
            }
        }
        events.stuck(
                STALLED, text.toString(), readers.getFirst(), readers.subList(1, readers.size()));
    }
}
