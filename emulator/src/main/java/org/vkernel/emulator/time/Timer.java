package org.vkernel.emulator.time;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/**
 * A timer of the wheel: calls its function in softirq context at the first suitable tick after its
 * time. Models {@code struct timer_list} (kernel/time/timer.c, include/linux/timer.h).
 *
 * <p>The function may arm its timer again. It never runs on two CPUs at once.
 */
public final class Timer extends PerCpuTimer {
    private static final TraceKind START =
            TraceKind.of("timer", "timer_start", "timer", "expires", "now");
    private static final TraceKind CANCEL =
            TraceKind.of("timer", "timer_cancel", "timer", "now", "");

    /** What a timer does. */
    @FunctionalInterface
    public interface Function {
        /** Context: softirq. Sleeps: never. */
        void run(Timer timer);
    }

    private final Scheduler sched;
    private final boolean irqSafe;

    // Under the base's lock.
    private @Nullable Function function;
    long expires;
    @Nullable Timer next;
    @Nullable Timer prev;

    /** Where it is pending; null if it is not. Written under the base's lock. */
    volatile TimerWheel.@Nullable Bucket bucket;

    /**
     * {@code timer_setup()}: makes a timer that is not pending.
     *
     * @param name what it is called in traces and reports
     */
    public Timer(Timers timers, String name, Function function) {
        this(timers, name, function, false);
    }

    /**
     * {@code timer_setup()} with flags.
     *
     * @param irqSafe {@code TIMER_IRQSAFE}: whether the function runs with interrupts off, so that
     *     {@link #delSync} works from hardirq context
     */
    public Timer(Timers timers, String name, Function function, boolean irqSafe) {
        super(timers.bases(), name);
        this.sched = bases.sched;
        this.function = function;
        this.irqSafe = irqSafe;
    }

    @Nullable Function function() {
        return function;
    }

    boolean isIrqSafe() {
        return irqSafe;
    }

    /** {@code timer_pending()}: whether it is armed and has not fired. Context: any. */
    public boolean isPending() {
        sched.point(Access.READ_ONCE, number);
        return bucket != null;
    }

    /** {@link #isPending} without a point, for conditions of spinning. */
    public boolean peekPending() {
        return bucket != null;
    }

    /** When it is due, or was due last, in jiffies ({@code timer->expires}). */
    public long expires() {
        return expires;
    }

    /** Sets what {@link #add} arms it for. Only while it is not pending. */
    public void setExpires(long jiffies) {
        expires = jiffies;
    }

    /**
     * Arms it for its {@link #expires}; it must not be pending.
     *
     * <p>Models {@code add_timer()}. Context: any. Sleeps: never.
     */
    public void add() {
        if (isPending()) {
            sched.reportBroken(
                    "kernel BUG: add_timer() of a pending timer", name() + " is pending");
        }
        var _ = mod(expires);
    }

    /**
     * Arms it for {@code newExpires}, whether it is pending or not.
     *
     * <p>Models {@code mod_timer()}. Context: any. Sleeps: never.
     *
     * @param newExpires in jiffies
     * @return 1 if it was pending, 0 if not (also if it was shut down, and so stays unarmed)
     */
    public int mod(long newExpires) {
        return mod(newExpires, false);
    }

    /** {@code mod_timer_pending()}: as {@link #mod}, but arms nothing that is not pending. */
    public int modPending(long newExpires) {
        return mod(newExpires, true);
    }

    private int mod(long newExpires, boolean pendingOnly) {
        if (isPending() && expires == newExpires) {
            return 1;
        }
        boolean flags = sched.localIrqSave();
        TimerBase base = lockBase();
        int result = 0;
        if (function != null) {
            base.wheel.forward(bases.clock.jiffies());
            TimerWheel.Bucket in = bucket;
            if (in != null && base.wheel.belongsTo(in, newExpires)) {
                expires = newExpires;
                result = 1;
            } else {
                boolean wasPending = in != null && detach(base);
                if (wasPending || !pendingOnly) {
                    base = start(base, newExpires);
                }
                result = wasPending ? 1 : 0;
            }
        }
        base.lock.unlock();
        sched.localIrqRestore(flags);
        return result;
    }

    private TimerBase start(TimerBase locked, long newExpires) {
        TimerBase base = locked;
        if (base.running != this) { // else it stays, so that it does not run twice at once
            base = moveTo(base, bases.here());
        }
        long now = bases.clock.jiffies();
        base.wheel.forward(now);
        expires = newExpires;
        if (base.wheel.enqueue(this)) {
            base.program();
        }
        CodeWatch watch = sched.codeWatch();
        Function calls = function;
        if (watch != null && calls != null) {
            watch.armed(CodeWatch.Kind.TIMER, this, name(), calls);
        }
        Trace trace = bases.trace;
        if (trace.isActive()) {
            trace.emit(START, number, newExpires, now, name());
        }
        return base;
    }

    /** Takes it off the wheel, if it is pending; whether it was. The caller holds the lock. */
    boolean detach(TimerBase base) {
        if (bucket == null) {
            return false;
        }
        if (base.wheel.dequeue(this)) {
            base.program();
        }
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.disarmed(this);
        }
        return true;
    }

    /**
     * Disarms it; does not wait for its function, should that run.
     *
     * <p>Models {@code timer_delete()}, known as {@code del_timer()}. Context: any. Sleeps: never.
     *
     * @return 1 if it was pending, 0 if not
     */
    public int del() {
        return isPending() ? delete(false) : 0;
    }

    private int delete(boolean shutdown) {
        boolean flags = sched.localIrqSave();
        TimerBase base = lockBase();
        int result = cancel(base) ? 1 : 0;
        if (shutdown) {
            function = null;
        }
        base.lock.unlock();
        sched.localIrqRestore(flags);
        return result;
    }

    private boolean cancel(TimerBase base) {
        boolean wasPending = detach(base);
        if (wasPending && bases.trace.isActive()) {
            bases.trace.emit(CANCEL, number, bases.clock.jiffies(), 0, name());
        }
        return wasPending;
    }

    /**
     * As {@link #delSync}, but gives up where the function runs.
     *
     * <p>Models {@code try_to_del_timer_sync()}. Context: any. Sleeps: never.
     *
     * @return 1 if it was pending, 0 if not, -1 if its function runs
     */
    public int tryDelSync() {
        return tryDelSync(false);
    }

    private int tryDelSync(boolean shutdown) {
        boolean flags = sched.localIrqSave();
        TimerBase base = lockBase();
        int result = -1;
        if (base.running != this) {
            result = cancel(base) ? 1 : 0;
        }
        if (shutdown) {
            function = null;
        }
        base.lock.unlock();
        sched.localIrqRestore(flags);
        return result;
    }

    /**
     * Disarms it, and waits until its function does not run.
     *
     * <p>Models {@code timer_delete_sync()}, known as {@code del_timer_sync()}. Context: process or
     * softirq. Sleeps: never, it spins. Locks: none that the function takes.
     *
     * <p>A function that arms its timer again loses: the wait goes on until the timer can be taken
     * off while the function does not run. Somebody else may arm it afterwards; {@link
     * #shutdownSync} prevents that.
     *
     * @return 1 if it was pending, 0 if not
     */
    public int delSync() {
        return deleteSync(false);
    }

    /**
     * {@code timer_shutdown()}: disarms it for ever, does not wait for its function.
     *
     * @return 1 if it was pending, 0 if not
     */
    public int shutdown() {
        return delete(true);
    }

    /**
     * {@code timer_shutdown_sync()}: as {@link #delSync}; arming it later does nothing.
     *
     * @return 1 if it was pending, 0 if not
     */
    public int shutdownSync() {
        return deleteSync(true);
    }

    private int deleteSync(boolean shutdown) {
        if (sched.inHardirq() && !irqSafe) {
            sched.reportBroken(
                    "del_timer_sync() in hardirq context",
                    name() + " may be running on this CPU, below the interrupt");
        }
        for (; ; ) {
            int result = tryDelSync(shutdown);
            if (result >= 0) {
                return result;
            }
            TimerBase base = peekBase();
            if (base.running == this && base.runner == sched.current()) {
                sched.reportBroken(
                        "del_timer_sync() of a timer from its own function",
                        name() + " waits for itself: it would spin for ever");
                // Differs from Linux: goes on after the report.
                return delete(shutdown);
            }
            sched.spin(new NotRunning(base));
        }
    }
}
