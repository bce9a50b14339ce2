package org.vkernel.emulator.time;

import org.vkernel.emulator.irq.Softirqs;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.trace.Trace;

/**
 * A kernel's timer wheels, and sleeping by ticks (kernel/time/timer.c).
 *
 * <p>A {@link Timer} is made with this; what is exact, and needs an interrupt of its own, is {@link
 * HrTimers}.
 */
public final class Timers {
    /** {@code MAX_SCHEDULE_TIMEOUT}: sleeps without a time limit. */
    public static final long MAX_SCHEDULE_TIMEOUT = Long.MAX_VALUE;

    private static final long NS_PER_MS = 1_000_000;

    private final Scheduler sched;
    private final Clock clock;
    private final TimerBases bases;

    /** Sets up the timers of every CPU: takes the timer interrupt and the TIMER softirq. */
    public Timers(Scheduler sched, Clock clock, Softirqs softirqs, Trace trace) {
        this.sched = sched;
        this.clock = clock;
        this.bases = new TimerBases(sched, clock, softirqs, trace);
    }

    TimerBases bases() {
        return bases;
    }

    /** The clock that they go by. */
    public Clock clock() {
        return clock;
    }

    /** How many timers are armed, on all CPUs. */
    public int pendingCount() {
        return bases.pendingCount();
    }

    /**
     * Sleeps until woken, or until {@code ticks} have passed.
     *
     * <p>Models {@code schedule_timeout()}. Context: process. The caller has set its task's state
     * before; with {@code TASK_RUNNING} it only lets others run.
     *
     * @param ticks {@link #MAX_SCHEDULE_TIMEOUT}: no time limit
     * @return the ticks that were left, 0 if all have passed
     */
    public long scheduleTimeout(long ticks) {
        if (ticks == MAX_SCHEDULE_TIMEOUT) {
            sched.schedule();
            return ticks;
        }
        Task task = sched.current();
        if (ticks < 0) {
            sched.reportBroken("schedule_timeout: wrong timeout value", Long.toString(ticks));
            task.setState(TaskState.RUNNING);
            return 0;
        }
        long expire = clock.jiffies() + ticks;
        Timer timer = new Timer(this, "process_timeout", t -> sched.wakeUp(task, TaskState.NORMAL));
        timer.setExpires(expire);
        timer.add();
        sched.schedule();
        var _ = timer.delSync();
        return Math.max(0, expire - clock.jiffies());
    }

    /** {@code schedule_timeout_interruptible()}: also ended by a signal. */
    public long scheduleTimeoutInterruptible(long ticks) {
        sched.current().setState(TaskState.INTERRUPTIBLE);
        return scheduleTimeout(ticks);
    }

    /** {@code schedule_timeout_uninterruptible()}. */
    public long scheduleTimeoutUninterruptible(long ticks) {
        sched.current().setState(TaskState.UNINTERRUPTIBLE);
        return scheduleTimeout(ticks);
    }

    /**
     * {@code mdelay()}: keeps the CPU busy for that long, and sleeps not at all. Where preemption
     * is on, others may come in between. Context: any.
     */
    public void mdelay(int msecs) {
        for (int i = 0; i < msecs; i++) {
            sched.delay(NS_PER_MS);
            sched.relax();
        }
    }

    /** {@code msleep()}: sleeps that long or somewhat longer. Context: process. */
    public void msleep(int msecs) {
        long left = clock.msecsToJiffies(msecs) + 1;
        while (left != 0) {
            left = scheduleTimeoutUninterruptible(left);
        }
    }

    /**
     * {@code msleep_interruptible()}: as {@link #msleep}, or until a signal comes.
     *
     * @return the milliseconds that were left
     */
    public long msleepInterruptible(int msecs) {
        long left = clock.msecsToJiffies(msecs) + 1;
        while (left != 0 && !sched.current().signalPending()) {
            left = scheduleTimeoutInterruptible(left);
        }
        return clock.jiffiesToMsecs(left);
    }
}
