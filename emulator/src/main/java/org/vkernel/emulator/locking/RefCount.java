package org.vkernel.emulator.locking;

import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.AtomicInt;

/** Models {@code refcount_t} (lib/refcount.c): a count of references that reports its misuse. */
public final class RefCount {
    /** Beyond this a count is stuck, so that it never wraps to 0. */
    public static final int SATURATED = Integer.MIN_VALUE / 2;

    private final Scheduler sched;
    private final String name;
    private final AtomicInt count;

    /** Makes a count of {@code initial} references to what {@code name} says. */
    public RefCount(Scheduler sched, String name, int initial) {
        this.sched = sched;
        this.name = name;
        this.count = new AtomicInt(sched, initial);
    }

    /** {@code refcount_inc()}. */
    public void increment() {
        int now = count.incrementAndGet();
        if (now <= 1) {
            saturate(now == 1 ? "addition on 0; use-after-free" : "saturated; leaking memory");
        }
    }

    /** {@code refcount_inc_not_zero()}. */
    public boolean incrementNotZero() {
        return count.incrementNotZero();
    }

    /** {@code refcount_dec_and_test()}: whether that was the last reference. */
    public boolean decrementAndTest() {
        int now = count.decrementAndGet();
        if (now < 0) {
            saturate("underflow; use-after-free");
        }
        return now == 0;
    }

    private void saturate(String what) {
        count.set(SATURATED);
        sched.reportBroken("refcount_t: " + what, name);
    }

    /** {@code refcount_read()}. */
    public int get() {
        return count.get();
    }

    /** The count without a point. */
    public int peek() {
        return count.peek();
    }
}
