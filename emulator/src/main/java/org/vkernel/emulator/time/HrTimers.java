package org.vkernel.emulator.time;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.shared.SharedInt;

/** A kernel's exact timers, and sleeping by nanoseconds (kernel/time/hrtimer.c). */
public final class HrTimers {
    private final Scheduler sched;
    private final Clock clock;
    private final TimerBases bases;

    /** The exact timers that share the CPUs' clock events with {@code timers}. */
    public HrTimers(Timers timers) {
        this.bases = timers.bases();
        this.sched = bases.sched;
        this.clock = bases.clock;
    }

    TimerBases bases() {
        return bases;
    }

    /** The clock that they go by. */
    public Clock clock() {
        return clock;
    }

    /**
     * Sleeps until {@code ns} since boot, exactly.
     *
     * <p>Models {@code do_nanosleep()}. Context: process; sleeps.
     *
     * @param state one of {@link TaskState}: what else may end the sleep
     * @return 0, or {@code -EINTR} if a signal that {@code state} lets through came first
     */
    public int sleepUntil(long ns, int state) {
        sched.mightSleep();
        Task task = sched.current();
        SharedInt over = new SharedInt(sched, 0);
        HrTimer timer =
                new HrTimer(
                        this,
                        "hrtimer_wakeup",
                        t -> {
                            over.setOnce(1);
                            sched.wakeUp(task, TaskState.NORMAL);
                            return false;
                        });
        task.setWaitsOn("time to pass");
        task.setState(state);
        timer.start(ns);
        int result = 0;
        while (over.getOnce() == 0) {
            if (isInterrupted(task, state)) {
                result = -Errno.EINTR;
                break;
            }
            sched.schedule();
            task.setState(state);
        }
        task.setState(TaskState.RUNNING);
        task.setWaitsOn(null);
        var _ = timer.cancel();
        return result;
    }

    /** As {@link #sleepUntil}, for a time from now. */
    public int sleep(long ns, int state) {
        long now = clock.ns();
        return sleepUntil(ns > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + ns, state);
    }

    private static boolean isInterrupted(Task task, int state) {
        return switch (state) {
            case TaskState.INTERRUPTIBLE -> task.signalPending();
            case TaskState.KILLABLE -> task.fatalSignalPending();
            default -> false;
        };
    }
}
