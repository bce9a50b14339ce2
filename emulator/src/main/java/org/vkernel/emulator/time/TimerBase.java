package org.vkernel.emulator.time;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Cpu;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * What one CPU has to time: its wheel, its exact timers, and the clock event that is programmed for
 * the earlier of the two. Models {@code struct timer_base} and {@code struct hrtimer_cpu_base}.
 */
final class TimerBase {
    final Cpu cpu;
    private final Scheduler sched;
    private final Clock clock;

    /** Taken with interrupts off. */
    final SpinLock lock;

    // Under the lock.
    final TimerWheel wheel;
    final HrTimerQueue exact = new HrTimerQueue();
    private long programmedNs = Cpu.NEVER;

    /** Whether the softirq that looks at the wheel is raised already. */
    private boolean softirqRaised;

    // Written under the lock; read by those who spin for a change.
    volatile @Nullable Timer running;
    volatile @Nullable HrTimer runningExact;

    /** On whose stack {@link #running} runs. */
    volatile @Nullable Task runner;

    TimerBase(Scheduler sched, Clock clock, Cpu cpu) {
        this.sched = sched;
        this.clock = clock;
        this.cpu = cpu;
        this.lock = new SpinLock(sched, "timer_base.lock");
        this.wheel = new TimerWheel(clock.hz(), clock.initialJiffies());
    }

    /**
     * Programs the CPU's clock event for what is due first. The caller holds the lock.
     *
     * <p>N.B. A wheel that is due already waits for the next tick, as in Linux; an exact timer that
     * is due interrupts at once.
     */
    void program() {
        long next = exact.firstDeadline();
        if (!softirqRaised && wheel.size() != 0) {
            long tick = Math.max(wheel.nextExpiry(), clock.jiffies() + 1);
            next = Math.min(next, clock.nsOf(tick));
        }
        if (next == programmedNs) {
            return;
        }
        programmedNs = next;
        sched.programClockEvent(cpu, next);
        if (next <= clock.ns()) {
            sched.raiseIrq(cpu, Scheduler.IRQ_TIMER);
        }
    }

    /** The clock event has fired, so nothing is programmed. The caller holds the lock. */
    void fired() {
        programmedNs = Cpu.NEVER;
    }

    /**
     * Whether the softirq is to be raised for the wheel; says yes once. The caller holds the lock.
     */
    boolean claimSoftirq() {
        if (softirqRaised || wheel.nextExpiry() > clock.jiffies()) {
            return false;
        }
        softirqRaised = true;
        return true;
    }

    /** The softirq has seen to the wheel. The caller holds the lock. */
    void softirqDone() {
        softirqRaised = false;
        program();
    }
}
