package org.vkernel.emulator.shared;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;

/**
 * An {@code long} in memory that several tasks see. Each access is a point.
 *
 * <p>{@link #get} and {@link #set} are plain accesses, which a lock must order; {@link #getOnce}
 * and {@link #setOnce} are {@code READ_ONCE()} and {@code WRITE_ONCE()}.
 */
public final class SharedLong {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(SharedLong.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable SimMachine sim;
    private final long object;
    private long value;

    public SharedLong(Scheduler sched, long initial) {
        sim = sched.sim();
        object = sched.nextObject();
        value = initial;
    }

    public long get() {
        if (sim != null) {
            sim.point(Access.READ, object);
        }
        return value;
    }

    public void set(long newValue) {
        if (sim != null) {
            sim.point(Access.WRITE, object);
        }
        value = newValue;
    }

    /** {@code READ_ONCE()}. */
    public long getOnce() {
        if (sim != null) {
            sim.point(Access.READ_ONCE, object);
        }
        return (long) VALUE.getAcquire(this);
    }

    /** {@code WRITE_ONCE()}. */
    public void setOnce(long newValue) {
        if (sim != null) {
            sim.point(Access.WRITE_ONCE, object);
        }
        VALUE.setRelease(this, newValue);
    }

    /** The value without a point, for reports and checks that must not disturb the run. */
    public long peek() {
        return (long) VALUE.getOpaque(this);
    }
}
