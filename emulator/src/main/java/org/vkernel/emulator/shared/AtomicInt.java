package org.vkernel.emulator.shared;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;

/**
 * Models {@code atomic_t}: an {@code int} whose changes nothing comes between. Each use is a point.
 */
public final class AtomicInt {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(AtomicInt.class, "value", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Scheduler sched;
    private final @Nullable SimMachine sim;
    private final long object;
    private volatile int value;

    public AtomicInt(Scheduler sched, int initial) {
        this.sched = sched;
        this.sim = sched.sim();
        object = sched.nextObject();
        VALUE.set(this, initial);
    }

    private void point(int access) {
        if (sim != null) {
            sim.point(access, object);
        }
    }

    /** {@code atomic_read()}. */
    public int get() {
        point(Access.READ_ONCE);
        return value;
    }

    /** {@code atomic_set()}. */
    public void set(int newValue) {
        point(Access.WRITE_ONCE);
        value = newValue;
    }

    /** {@code atomic_add_return()}. */
    public int addAndGet(int delta) {
        point(Access.ATOMIC);
        if (sched.isSole()) {
            int sum = value + delta;
            VALUE.setOpaque(this, sum);
            return sum;
        }
        return (int) VALUE.getAndAdd(this, delta) + delta;
    }

    /** {@code atomic_inc_return()}. */
    public int incrementAndGet() {
        return addAndGet(1);
    }

    /** {@code atomic_dec_return()}. */
    public int decrementAndGet() {
        return addAndGet(-1);
    }

    /** {@code atomic_fetch_or()}. */
    public int getAndOr(int bits) {
        point(Access.ATOMIC);
        if (sched.isSole()) {
            int before = value;
            VALUE.setOpaque(this, before | bits);
            return before;
        }
        return (int) VALUE.getAndBitwiseOr(this, bits);
    }

    /** {@code atomic_fetch_and()}. */
    public int getAndAnd(int bits) {
        point(Access.ATOMIC);
        if (sched.isSole()) {
            int before = value;
            VALUE.setOpaque(this, before & bits);
            return before;
        }
        return (int) VALUE.getAndBitwiseAnd(this, bits);
    }

    /** {@code atomic_xchg()}. */
    public int exchange(int newValue) {
        point(Access.ATOMIC);
        return (int) VALUE.getAndSet(this, newValue);
    }

    /** {@code atomic_cmpxchg()}: whether {@code expected} was there and {@code newValue} is now. */
    public boolean compareAndSet(int expected, int newValue) {
        point(Access.ATOMIC);
        return VALUE.compareAndSet(this, expected, newValue);
    }

    /** {@code atomic_inc_not_zero()}. */
    public boolean incrementNotZero() {
        point(Access.ATOMIC);
        for (; ; ) {
            int seen = value;
            if (seen == 0) {
                return false;
            }
            if (sched.isSole()) {
                VALUE.setOpaque(this, seen + 1);
                return true;
            }
            if (VALUE.compareAndSet(this, seen, seen + 1)) {
                return true;
            }
        }
    }

    /** The value without a point, for reports and checks that must not disturb the run. */
    public int peek() {
        return value;
    }
}
