package org.vkernel.emulator.sched;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One emulated CPU: a run queue and a current task on the simulated machine, a slot that one task
 * at a time holds on the parallel one.
 */
public final class Cpu {
    /** No deadline is programmed. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final VarHandle OWNER;
    private static final VarHandle IRQ_PENDING;
    private static final VarHandle TENURE;
    private static final VarHandle DEADLINE_NS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OWNER = lookup.findVarHandle(Cpu.class, "owner", Task.class);
            TENURE = lookup.findVarHandle(Cpu.class, "tenure", int.class);
            DEADLINE_NS = lookup.findVarHandle(Cpu.class, "deadlineNs", long.class);
            IRQ_PENDING = lookup.findVarHandle(Cpu.class, "irqPending", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int index;
    Task idle;

    // Simulated machine.
    Task current;
    final ArrayDeque<Task> runQueue = new ArrayDeque<>(4);

    /** Its own virtual clock, in ns since boot. */
    long clockNs;

    // Parallel machine: who holds the slot.
    volatile @Nullable Task owner;

    /** Counts the holders, so that a waiter can tell one tenure from the next. */
    volatile int tenure;

    /** Interrupt lines that are asserted, a bit each. */
    volatile int irqPending;

    /** When the clock event device fires next, ns since boot. */
    volatile long deadlineNs = NEVER;

    /** Softirq vectors raised here. Exclusive to whoever runs on this CPU. */
    private int softirqPending;

    @SuppressWarnings("NullAway.Init") // the scheduler sets idle and current before anybody sees it
    Cpu(int index) {
        this.index = index;
    }

    public int index() {
        return index;
    }

    /** Simulated machine: the task that runs on it, or is held up there while another CPU runs. */
    public Task current() {
        return current;
    }

    /** Raised softirq vectors, bit n for vector n. Only code that runs on this CPU may ask. */
    public int softirqPending() {
        return softirqPending;
    }

    public void setSoftirqPending(int bits) {
        softirqPending = bits;
    }

    boolean tryTake(Task task) {
        return owner == null && OWNER.compareAndSet(this, null, task);
    }

    void release() {
        TENURE.setRelease(this, tenure + 1);
        // Pairs with the compare-and-set in tryTake.
        OWNER.setRelease(this, null);
    }

    /**
     * Programs the clock event device of the parallel machine.
     *
     * @return what was programmed before; {@link #NEVER} once that has fired
     */
    long exchangeDeadlineNs(long ns) {
        return (long) DEADLINE_NS.getAndSet(this, ns);
    }

    void raise(int line) {
        IRQ_PENDING.getAndBitwiseOr(this, 1 << line);
    }

    int takeInterrupts() {
        return (int) IRQ_PENDING.getAndSet(this, 0);
    }

    @Override
    public String toString() {
        return "CPU" + index;
    }
}
