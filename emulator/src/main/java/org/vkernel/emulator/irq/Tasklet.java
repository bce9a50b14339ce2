package org.vkernel.emulator.irq;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.shared.AtomicInt;

/**
 * A function that is run once, soon, in softirq context, on the CPU that scheduled it. Models
 * {@code struct tasklet_struct} (kernel/softirq.c).
 *
 * <p>It never runs on two CPUs at once. Scheduled several times before it runs, it runs once.
 */
public final class Tasklet {
    /** {@code TASKLET_STATE_SCHED}: to be run. */
    static final int SCHEDULED = 1;

    /** {@code TASKLET_STATE_RUN}: running, or about to. */
    static final int RUNNING = 2;

    /** To be run, but off the lists until it is enabled, or does not run elsewhere any more. */
    static final int PARKED = 4;

    private final Tasklets tasklets;
    private final String name;
    final Runnable function;
    final AtomicInt state;

    /** How often it is disabled. */
    final AtomicInt disabled;

    /** The softirq vector that runs it. Written by whoever sets {@link #SCHEDULED}. */
    int vector;

    /** The next of its CPU's list. Exclusive to that CPU. */
    @Nullable Tasklet next;

    /**
     * {@code tasklet_setup()}: makes an enabled tasklet.
     *
     * @param name what it is called in traces and reports
     * @param function runs in softirq context; never sleeps
     */
    public Tasklet(Tasklets tasklets, String name, Runnable function) {
        this.tasklets = tasklets;
        this.name = name;
        this.function = function;
        this.state = new AtomicInt(tasklets.sched, 0);
        this.disabled = new AtomicInt(tasklets.sched, 0);
    }

    /** What it is called in traces and reports. */
    public String name() {
        return name;
    }

    /** {@code tasklet_schedule()}. Context: any. Sleeps: never. */
    public void schedule() {
        schedule(Softirqs.TASKLET);
    }

    /** {@code tasklet_hi_schedule()}: before timers and network. Context: any. Sleeps: never. */
    public void hiSchedule() {
        schedule(Softirqs.HI);
    }

    private void schedule(int onVector) {
        if ((state.getAndOr(SCHEDULED) & SCHEDULED) == 0) {
            vector = onVector;
            CodeWatch watch = tasklets.sched.codeWatch();
            if (watch != null) {
                watch.armed(CodeWatch.Kind.TASKLET, this, name, function);
            }
            tasklets.enqueue(this);
        }
    }

    /** Whether it is to be run. Context: any. */
    public boolean isScheduled() {
        return (state.get() & SCHEDULED) != 0;
    }

    /** {@code tasklet_disable_nosync()}: keeps it from starting. Context: any. */
    public void disableNosync() {
        disabled.incrementAndGet();
    }

    /**
     * {@code tasklet_disable()}: keeps it from starting, and waits until it does not run. Context:
     * process; sleeps.
     */
    public void disable() {
        disableNosync();
        tasklets.awaitNotRunning(this);
    }

    /** {@code tasklet_enable()}: takes one disabling back. Context: any. Sleeps: never. */
    public void enable() {
        if (disabled.decrementAndGet() == 0) {
            tasklets.resume(this);
        }
    }

    /**
     * {@code tasklet_kill()}: waits until it is neither to be run nor running. Context: process;
     * sleeps. Waits for ever if it is disabled and scheduled, or schedules itself each time.
     */
    public void kill() {
        tasklets.kill(this);
    }

    @Override
    public String toString() {
        return "tasklet " + name;
    }
}
