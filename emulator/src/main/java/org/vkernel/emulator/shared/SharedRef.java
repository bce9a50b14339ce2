package org.vkernel.emulator.shared;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;

/**
 * A pointer in memory that several tasks see. Each access is a point.
 *
 * <p>{@link #rcuDereference} and {@link #rcuAssign} are the marked forms of {@code READ_ONCE()} and
 * {@code WRITE_ONCE()} too: both order what is published.
 */
public final class SharedRef<T> {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(SharedRef.class, "value", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable SimMachine sim;
    private final long object;
    private @Nullable T value;

    public SharedRef(Scheduler sched, @Nullable T initial) {
        sim = sched.sim();
        object = sched.nextObject();
        value = initial;
    }

    public @Nullable T get() {
        if (sim != null) {
            sim.point(Access.READ, object);
        }
        return value;
    }

    public void set(@Nullable T newValue) {
        if (sim != null) {
            sim.point(Access.WRITE, object);
        }
        value = newValue;
    }

    /** {@code rcu_dereference()}. */
    @SuppressWarnings("unchecked") // only values of type T are ever stored
    public @Nullable T rcuDereference() {
        if (sim != null) {
            sim.point(Access.READ_ONCE, object);
        }
        return (T) VALUE.getAcquire(this);
    }

    /** {@code rcu_assign_pointer()}. */
    public void rcuAssign(@Nullable T newValue) {
        if (sim != null) {
            sim.point(Access.WRITE_ONCE, object);
        }
        VALUE.setRelease(this, newValue);
    }

    /**
     * {@code cmpxchg()}: whether {@code expected} was there and {@code newValue} took its place.
     */
    public boolean compareAndSet(@Nullable T expected, @Nullable T newValue) {
        if (sim != null) {
            sim.point(Access.ATOMIC, object);
        }
        return VALUE.compareAndSet(this, expected, newValue);
    }

    /** {@code xchg()}. */
    @SuppressWarnings("unchecked") // only values of type T are ever stored
    public @Nullable T exchange(@Nullable T newValue) {
        if (sim != null) {
            sim.point(Access.ATOMIC, object);
        }
        return (T) VALUE.getAndSet(this, newValue);
    }

    /** The value without a point, for reports and checks that must not disturb the run. */
    @SuppressWarnings("unchecked") // only values of type T are ever stored
    public @Nullable T peek() {
        return (T) VALUE.getOpaque(this);
    }
}
