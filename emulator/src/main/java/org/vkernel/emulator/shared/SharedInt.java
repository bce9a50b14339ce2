package org.vkernel.emulator.shared;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;

/**
 * An {@code int} in memory that several tasks see. Each access is a point.
 *
 * <p>{@link #get} and {@link #set} are plain accesses, which a lock must order; {@link #getOnce}
 * and {@link #setOnce} are {@code READ_ONCE()} and {@code WRITE_ONCE()}.
 */
public final class SharedInt {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(SharedInt.class, "value", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable SimMachine sim;
    private final long object;
    private int value;

    public SharedInt(Scheduler sched, int initial) {
        sim = sched.sim();
        object = sched.nextObject();
        value = initial;
    }

    public int get() {
        if (sim != null) {
            sim.point(Access.READ, object);
        }
        return value;
    }

    public void set(int newValue) {
        if (sim != null) {
            sim.point(Access.WRITE, object);
        }
        value = newValue;
    }

    /** {@code READ_ONCE()}. */
    public int getOnce() {
        if (sim != null) {
            sim.point(Access.READ_ONCE, object);
        }
        return (int) VALUE.getAcquire(this);
    }

    /** {@code WRITE_ONCE()}. */
    public void setOnce(int newValue) {
        if (sim != null) {
            sim.point(Access.WRITE_ONCE, object);
        }
        VALUE.setRelease(this, newValue);
    }

    /** The value without a point, for reports and checks that must not disturb the run. */
    public int peek() {
        return (int) VALUE.getOpaque(this);
    }
}
