package org.vkernel.emulator.mm;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Task;

/**
 * What a {@link FaultRule} has counted in a kernel. Any CPU may count at any time.
 *
 * <p>Models the variable part of {@code struct fault_attr}.
 */
final class FaultState {
    final FaultRule rule;
    private final AtomicLong nth;
    private final AtomicInteger times;
    private final AtomicLong space;
    private final AtomicLong count = new AtomicLong();

    FaultState(FaultRule rule) {
        this.rule = rule;
        this.nth = new AtomicLong(rule.nth());
        this.times = new AtomicInteger(rule.times());
        this.space = new AtomicLong(rule.space());
    }

    /** Whether the rule is for objects of this cache. */
    boolean filtersSlab(String cache) {
        return rule.caches().isEmpty() || rule.caches().contains(cache);
    }

    /** Models {@code fail_task()}: a rule for some tasks is not for interrupts. */
    boolean isTask(Task running) {
        String comm = rule.task();
        return comm == null
                || (comm.equals(running.comm()) && PreemptCount.inTask(running.preemptCount()));
    }

    /** Whether an allocation by number is still to come: until then nothing else is looked at. */
    boolean isCounting() {
        return nth.get() > 0;
    }

    /** Counts one; whether it is the one. */
    boolean countsDown() {
        return nth.getAndUpdate(left -> Math.max(0, left - 1)) == 1;
    }

    /** What {@code should_fail_ex()} tests before it asks chance. */
    boolean isDue(long bytes) {
        if (times.get() == 0) {
            return false;
        }
        if (space.get() > bytes) {
            space.addAndGet(-bytes);
            return false;
        }
        return rule.interval() == 1 || count.incrementAndGet() % rule.interval() == 0;
    }

    void failed() {
        times.updateAndGet(left -> left > 0 ? left - 1 : left);
    }

    int timesLeft() {
        return times.get();
    }

    long spaceLeft() {
        return space.get();
    }
}
