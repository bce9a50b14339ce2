package org.vkernel.emulator.locking;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.ContextWatcher;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.SpinCondition;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.WaitTarget;
import org.vkernel.emulator.sched.WatchedLock;

/**
 * Models {@code spinlock_t}: held with preemption off, waited for by spinning.
 *
 * <p>Interrupts and softirqs run on the stack of the task that they interrupt: one that takes a
 * lock which that task holds without the {@code Bh} or {@code Irqsave} form waits for ever, as on
 * real hardware, and is reported.
 */
public final class SpinLock implements SpinCondition, WaitTarget, WatchedLock {
    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(SpinLock.class, "owner", Task.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Scheduler sched;
    private final @Nullable SimMachine sim;
    private final @Nullable ContextWatcher watcher;
    private final long object;
    private int lockClass = -1;
    private final String name;

    /** Simulated machine: switched off, see {@link SimMachine#isOff}. */
    private final boolean off;

    private @Nullable Task owner;

    /**
     * Makes an unlocked lock.
     *
     * @param name its class, as lockdep would call it
     */
    public SpinLock(Scheduler sched, String name) {
        this.sched = sched;
        this.sim = sched.sim();
        this.watcher = sched.watcher();
        this.object = sched.nextObject();
        this.name = name;
        this.off = sim != null && sim.isOff(name);
    }

    /** {@code spin_lock()}. Context: any, but see the class comment. */
    public void lock() {
        lock(sched.current());
    }

    /** As {@link #lock()}, for a caller that knows the running task. */
    public void lock(Task running) {
        running.preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
        acquire(running);
    }

    /**
     * {@code spin_lock_nested()}: for one that takes this while it holds another of its class, in
     * an order that all keep.
     *
     * @param subclass which one it is in that order: 1 the second, up to 7
     */
    public void lockNested(int subclass) {
        Task task = sched.current();
        task.preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
        acquire(task, WatchedLock.nested(WatchedLock.SPIN, subclass));
    }

    /** {@code spin_unlock()}. */
    public void unlock() {
        unlock(sched.current());
    }

    /** As {@link #unlock()}, for a caller that knows the running task. */
    public void unlock(Task running) {
        release(running);
        running.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        if (sim == null) {
            sched.enabled(running);
        }
    }

    /** {@code spin_lock_bh()}. Context: process or softirq. */
    public void lockBh() {
        lockBh(sched.current());
    }

    /** As {@link #lockBh()}, for a caller that knows the running task. */
    public void lockBh(Task running) {
        sched.localBhDisable(running, PreemptCount.SOFTIRQ_LOCK_OFFSET);
        acquire(running);
    }

    /** {@code spin_unlock_bh()}: runs the softirqs that were raised meanwhile. */
    public void unlockBh() {
        unlockBh(sched.current());
    }

    /** As {@link #unlockBh()}, for a caller that knows the running task. */
    public void unlockBh(Task running) {
        release(running);
        sched.localBhEnable(running, PreemptCount.SOFTIRQ_LOCK_OFFSET);
    }

    /**
     * {@code spin_lock_irqsave()}. Context: any.
     *
     * @return what {@link #unlockIrqrestore} wants back
     */
    public boolean lockIrqsave() {
        Task task = sched.current(); // once, not for each of the three steps
        boolean flags = sched.localIrqSave(task);
        task.preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
        acquire(task);
        return flags;
    }

    /** {@code spin_unlock_irqrestore()}. */
    public void unlockIrqrestore(boolean flags) {
        Task task = sched.current();
        release(task);
        task.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        sched.localIrqRestore(task, flags);
    }

    /** {@code spin_trylock()}. */
    public boolean tryLock() {
        Task task = sched.current();
        task.preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
        if (sim != null) {
            sim.point(off ? Access.LOCK_WORD : Access.TRY_LOCK, object);
            if (off) {
                return true;
            }
        }
        if (OWNER.compareAndSet(this, null, task)) {
            if (watcher != null) {
                watcher.acquired(task, this, WatchedLock.SPIN);
            }
            return true;
        }
        task.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        return false;
    }

    private void acquire(Task task) {
        acquire(task, WatchedLock.SPIN);
    }

    private void acquire(Task task, int mode) {
        SimMachine machine = sim;
        if (machine != null) {
            acquire(machine, task, mode);
        } else if (owner == null && sched.isSole()) {
            owner = task;
        } else if (!OWNER.compareAndSet(this, null, task)) {
            contendParallel(task);
        }
    }

    /** On the simulated machine, the only one that is watched. */
    private void acquire(SimMachine machine, Task task, int mode) {
        if (off) {
            machine.point(Access.LOCK_WORD, object);
            return;
        }
        if (watcher != null) {
            watcher.wants(task, this, mode);
        }
        machine.point(Access.LOCK, object);
        if (owner != null) {
            contend(task);
            machine.acquired(object);
        }
        owner = task;
        if (watcher != null) {
            watcher.acquired(task, this, mode);
        }
    }

    private void contend(Task task) {
        if (owner == task) {
            tellRecursion(task);
        }
        sched.spin(this);
    }

    /** An interrupt runs on the stack of its task, so the owner tells nothing of which has it. */
    private void tellRecursion(Task task) {
        String who = PreemptCount.inHardirq(task.preemptCount()) ? "a hardirq on top of " : "";
        if (PreemptCount.inServingSoftirq(task.preemptCount()) && who.isEmpty()) {
            who = "a softirq on top of ";
        }
        sched.reportBrokenInContext(
                "spinlock recursion",
                String.format(
                        "%s%s spins for %s, which %s holds on this CPU already: it would spin for"
                                + " ever",
                        who, task, name, task));
    }

    private void contendParallel(Task task) {
        do {
            if (owner == task) {
                tellRecursion(task);
            }
            sched.spin(this);
        } while (!OWNER.compareAndSet(this, null, task));
    }

    private void release(Task task) {
        SimMachine machine = sim;
        if (machine != null) {
            if (off) {
                machine.point(Access.LOCK_WORD, object);
                return;
            }
            machine.point(Access.UNLOCK, object);
        }
        if (owner != task) {
            sched.reportBroken(
                    "unlock of a lock that is not held", name + " by " + task + ", owner " + owner);
        }
        if (machine != null && watcher != null) {
            watcher.released(task, this, WatchedLock.SPIN);
        }
        // Pairs with the compare-and-set in acquire().
        OWNER.setRelease(this, null);
    }

    /** Whether the running task holds it ({@code lockdep_is_held()}). */
    public boolean isHeld() {
        return OWNER.getOpaque(this) == sched.current();
    }

    @Override
    public String lockName() {
        return name;
    }

    @Override
    public long lockNumber() {
        return object;
    }

    @Override
    public int lockClass() {
        return lockClass;
    }

    @Override
    public void setLockClass(int number) {
        lockClass = number;
    }

    @Override
    public boolean isReady(Task task) {
        return OWNER.getOpaque(this) == null;
    }

    @Override
    public String describeWait() {
        return toString();
    }

    @Override
    public List<Task> holders() {
        Task holder = (Task) OWNER.getOpaque(this);
        return holder == null ? List.of() : List.of(holder);
    }

    @Override
    public boolean isLock() {
        return true;
    }

    @Override
    public String toString() {
        return "spinlock " + name;
    }
}
