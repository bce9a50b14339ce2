package org.vkernel.emulator.mm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SpinCondition;
import org.vkernel.emulator.sched.Task;

/**
 * Guards the allocator's own lists ({@code zone->lock}, {@code list_lock}). Its holder passes no
 * point, so on the simulated machine, where nobody can come between, it is nothing; on the parallel
 * one no interrupt comes to its holder, and so none can wait for it there. A task that holds all
 * CPUs needs it as little: behind the copy of a large message, its compare-and-set waits until all
 * is written (6 % of a unicast of 16 KiB).
 *
 * <p>Differs from Linux: whether another CPU has it is no choice of the simulated machine. Each
 * allocation is one point, and what happens within it is not the subject.
 */
final class RawLock implements SpinCondition {
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(RawLock.class, "taken", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Scheduler sched;
    private final boolean isNeeded;
    private final String name;

    @SuppressWarnings("unused") // by TAKEN
    private boolean taken;

    RawLock(Scheduler sched, String name) {
        this.sched = sched;
        this.isNeeded = sched.sim() == null;
        this.name = name;
    }

    /**
     * Takes it. As in {@code spin_lock_irqsave()}, no interrupt comes while it waits: one would
     * wait for ever for another of these locks that the caller has already.
     */
    void lock(Task running) {
        if (isNeeded && !sched.isSole()) {
            running.preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
            while (!TAKEN.compareAndSet(this, false, true)) {
                sched.spinIrqsOff(this);
            }
        }
    }

    void unlock(Task running) {
        if (isNeeded && !sched.isSole()) {
            // Pairs with the compare-and-set in lock().
            TAKEN.setRelease(this, false);
            running.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        }
    }

    @Override
    public boolean isReady(Task task) {
        return !(boolean) TAKEN.getOpaque(this);
    }

    @Override
    public String describeWait() {
        return name;
    }
}
