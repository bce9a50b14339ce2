package org.vkernel.emulator.time;

import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/**
 * An exact timer: calls its function in hardirq context at its deadline. Models {@code struct
 * hrtimer} (kernel/time/hrtimer.c) on {@code CLOCK_MONOTONIC}.
 *
 * <p>Differs from Linux: there is no slack, deadlines are met to the nanosecond of the virtual
 * clock.
 */
public final class HrTimer extends PerCpuTimer {
    private static final TraceKind START =
            TraceKind.of("timer", "hrtimer_start", "hrtimer", "expires", "");
    private static final TraceKind CANCEL =
            TraceKind.of("timer", "hrtimer_cancel", "hrtimer", "", "");

    /** What a timer does. */
    @FunctionalInterface
    public interface Function {
        /**
         * Context: hardirq. Sleeps: never.
         *
         * @return whether to arm it again, for the deadline that {@link HrTimer#forward} has set
         */
        boolean run(HrTimer timer);
    }

    private final Scheduler sched;
    private final Function function;

    // Under the base's lock.
    long deadlineNs;
    long armed;
    volatile int heapIndex = -1;

    /**
     * {@code hrtimer_init()}: makes a timer that is not armed.
     *
     * @param name what it is called in traces and reports
     */
    public HrTimer(HrTimers timers, String name, Function function) {
        super(timers.bases(), name);
        this.sched = bases.sched;
        this.function = function;
    }

    Function function() {
        return function;
    }

    boolean isQueued() {
        return heapIndex >= 0;
    }

    /** {@code hrtimer_is_queued()}: whether it is armed and has not fired. Context: any. */
    public boolean isPending() {
        sched.point(Access.READ_ONCE, number);
        return isQueued();
    }

    /** When it is due, or was due last, in ns since boot. */
    public long deadlineNs() {
        return deadlineNs;
    }

    /**
     * Arms it, whether it is armed or not.
     *
     * <p>Models {@code hrtimer_start()}. Context: any. Sleeps: never.
     *
     * @param ns since boot; a time that has passed fires at once
     */
    public void start(long ns) {
        boolean flags = sched.localIrqSave();
        TimerBase base = lockBase();
        boolean wasFirst = dequeue(base);
        if (base.runningExact != this) { // else it stays, so that it does not run twice at once
            TimerBase here = bases.here();
            if (wasFirst && base != here) {
                base.program();
            }
            base = moveTo(base, here);
        }
        deadlineNs = ns;
        base.exact.add(this);
        noteArmed();
        base.program();
        Trace trace = bases.trace;
        if (trace.isActive()) {
            trace.emit(START, number, ns, 0, name());
        }
        base.lock.unlock();
        sched.localIrqRestore(flags);
    }

    /** The caller holds the lock. */
    void noteArmed() {
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.armed(CodeWatch.Kind.HRTIMER, this, name(), function);
        }
    }

    /** The caller holds the lock. */
    void noteDisarmed() {
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.disarmed(this);
        }
    }

    /** Whether it was queued and the first of its base. The caller holds the lock. */
    private boolean dequeue(TimerBase base) {
        if (!isQueued()) {
            return false;
        }
        boolean first = base.exact.first() == this;
        base.exact.remove(this);
        noteDisarmed();
        return first;
    }

    /**
     * Disarms it, unless its function runs.
     *
     * <p>Models {@code hrtimer_try_to_cancel()}. Context: any. Sleeps: never.
     *
     * @return 1 if it was armed, 0 if not, -1 if its function runs
     */
    public int tryCancel() {
        boolean flags = sched.localIrqSave();
        TimerBase base = lockBase();
        int result = -1;
        if (base.runningExact != this) {
            result = isQueued() ? 1 : 0;
            if (dequeue(base)) {
                base.program();
            }
            if (result == 1 && bases.trace.isActive()) {
                bases.trace.emit(CANCEL, number, 0, 0, name());
            }
        }
        base.lock.unlock();
        sched.localIrqRestore(flags);
        return result;
    }

    /**
     * Disarms it, and waits until its function does not run.
     *
     * <p>Models {@code hrtimer_cancel()}. Context: any but its own function. Sleeps: never, it
     * spins.
     *
     * @return 1 if it was armed, 0 if not
     */
    public int cancel() {
        for (; ; ) {
            int result = tryCancel();
            if (result >= 0) {
                return result;
            }
            TimerBase base = peekBase();
            if (base.runningExact == this && base.cpu == sched.thisCpu()) {
                sched.reportBroken(
                        "hrtimer_cancel() of a timer from its own function",
                        name() + " waits for itself: it would spin for ever");
                // Differs from Linux: goes on after the report.
                return 0;
            }
            sched.spin(new NotRunning(base));
        }
    }

    /**
     * {@code hrtimer_forward_now()}: moves the deadline by whole intervals to beyond now. Only from
     * its function, or while it is not armed.
     *
     * @return by how many intervals
     */
    public long forward(long intervalNs) {
        long late = bases.clock.ns() - deadlineNs;
        if (late < 0) {
            return 0;
        }
        long intervals = late / intervalNs + 1;
        deadlineNs += intervals * intervalNs;
        return intervals;
    }
}
