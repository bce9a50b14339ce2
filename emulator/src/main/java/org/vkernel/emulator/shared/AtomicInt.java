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

    private final @Nullable SimMachine sim;
    private final long object;
    private volatile int value;

    public AtomicInt(Scheduler sched, int initial) {
        sim = sched.sim();
        object = sched.nextObject();
        VALUE.set(this, initial);
    }

    private void point() {
        if (sim != null) {
            sim.point(Access.ATOMIC, object);
        }
    }

    /** {@code atomic_read()}. */
    public int get() {
        if (sim != null) {
            sim.point(Access.READ_ONCE, object);
        }
        return value;
    }

    /** {@code atomic_set()}. */
    public void set(int newValue) {
        if (sim != null) {
            sim.point(Access.WRITE_ONCE, object);
        }
        value = newValue;
    }

    /** {@code atomic_add_return()}. */
    public int addAndGet(int delta) {
        point();
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
        point();
        return (int) VALUE.getAndBitwiseOr(this, bits);
    }

    /** {@code atomic_fetch_and()}. */
    public int getAndAnd(int bits) {
        point();
        return (int) VALUE.getAndBitwiseAnd(this, bits);
    }

    /** {@code atomic_xchg()}. */
    public int exchange(int newValue) {
        point();
        return (int) VALUE.getAndSet(this, newValue);
    }

    /** {@code atomic_cmpxchg()}: whether {@code expected} was there and {@code newValue} is now. */
    public boolean compareAndSet(int expected, int newValue) {
        point();
        return VALUE.compareAndSet(this, expected, newValue);
    }

    /** {@code atomic_inc_not_zero()}. */
    public boolean incrementNotZero() {
        point();
        for (; ; ) {
            int seen = value;
            if (seen == 0) {
                return false;
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
