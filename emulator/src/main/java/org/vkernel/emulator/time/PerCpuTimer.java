package org.vkernel.emulator.time;

import java.util.List;
import java.util.Objects;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SpinCondition;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.WaitTarget;
import org.vkernel.emulator.shared.SharedRef;

/**
 * What both kinds of timer have: the base they belong to, which follows the CPU that arms them.
 *
 * <p>The base changes only under its lock; it is null while a timer moves from one to another.
 */
abstract sealed class PerCpuTimer permits Timer, HrTimer {
    final TimerBases bases;
    private final Scheduler sched;
    private final SharedRef<TimerBase> base;
    private final String name;

    /** Its number in traces. */
    final long number;

    PerCpuTimer(TimerBases bases, String name) {
        this.bases = bases;
        this.sched = bases.sched;
        this.base = new SharedRef<>(sched, bases.of(0));
        this.name = name;
        this.number = sched.nextObject();
    }

    /** What it is called in traces and reports. */
    public final String name() {
        return name;
    }

    /**
     * Locks the base that it belongs to. Models {@code lock_timer_base()}. The caller has
     * interrupts off.
     */
    final TimerBase lockBase() {
        for (; ; ) {
            TimerBase seen = base.rcuDereference();
            if (seen == null) {
                sched.spin(new Moving());
            } else {
                seen.lock.lock();
                if (base.peek() == seen) {
                    return seen;
                }
                seen.lock.unlock();
            }
        }
    }

    /** Moves it, when it is not pending, from one locked base to another; that is locked then. */
    final TimerBase moveTo(TimerBase from, TimerBase to) {
        if (from != to) {
            base.rcuAssign(null);
            from.lock.unlock();
            to.lock.lock();
            base.rcuAssign(to);
        }
        return to;
    }

    /** The base it belongs to, without a point; null while it moves. */
    final TimerBase peekBase() {
        return Objects.requireNonNullElse(base.peek(), bases.of(0));
    }

    private final class Moving implements SpinCondition {
        @Override
        public boolean isReady(Task task) {
            return base.peek() != null;
        }

        @Override
        public String describeWait() {
            return name + " to move to another CPU's timers";
        }
    }

    /** Waits until its function is not running. */
    final class NotRunning implements SpinCondition, WaitTarget {
        private final TimerBase on;

        NotRunning(TimerBase on) {
            this.on = on;
        }

        @Override
        public boolean isReady(Task task) {
            return on.running != PerCpuTimer.this && on.runningExact != PerCpuTimer.this;
        }

        @Override
        public String describeWait() {
            return "the function of " + name + " to return on " + on.cpu;
        }

        @Override
        public List<Task> holders() {
            return isReady(on.cpu.current()) ? List.of() : List.of(on.cpu.current());
        }
    }

    @Override
    public final String toString() {
        return name;
    }
}
