package org.vkernel.emulator.locking;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
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
 * Models {@code rwlock_t}: many readers or one writer, all spinning with preemption off.
 *
 * <p>Readers are preferred, as on the kernel's unfair path in interrupts.
 */
public final class RwLock implements WatchedLock {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(RwLock.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int WRITER = -1;

    private final Scheduler sched;
    private final @Nullable SimMachine sim;
    private final String name;
    private final long object;

    /** Simulated machine: switched off, see {@link SimMachine#isOff}. */
    private final boolean off;

    private int lockClass = -1;

    /** How many readers there are, or {@link #WRITER}. */
    private volatile int state;

    /** Simulated machine: who has it, once for each time. */
    private final @Nullable List<Task> holders;

    private final SpinCondition noWriter;
    private final SpinCondition nobody;

    /**
     * Makes an unlocked lock.
     *
     * @param name its class, as lockdep would call it
     */
    public RwLock(Scheduler sched, String name) {
        this.sched = sched;
        this.sim = sched.sim();
        this.name = name;
        this.object = sched.nextObject();
        this.holders = sim == null ? null : new ArrayList<>(2);
        this.off = sim != null && sim.isOff(name);
        this.noWriter = new Wait("to read ", true);
        this.nobody = new Wait("to write ", false);
    }

    private final class Wait implements SpinCondition, WaitTarget {
        private final String what;
        private final boolean readersPass;

        Wait(String what, boolean readersPass) {
            this.what = what;
            this.readersPass = readersPass;
        }

        @Override
        public boolean isReady(Task task) {
            int seen = state;
            return readersPass ? seen >= 0 : seen == 0;
        }

        @Override
        public String describeWait() {
            return what + "rwlock " + name;
        }

        @Override
        public List<Task> holders() {
            return holders == null ? List.of() : List.copyOf(holders);
        }

        @Override
        public boolean isLock() {
            return true;
        }
    }

    /** {@code read_lock()}. */
    public void readLock() {
        readLock(sched.current());
    }

    /** As {@link #readLock()}, for a caller that knows the running task. */
    public void readLock(Task task) {
        task.preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
        SimMachine machine = sim;
        if (machine != null) {
            readLock(machine, task);
            return;
        }
        for (; ; ) {
            int seen = state;
            if (seen >= 0) {
                if (sched.isSole()) {
                    STATE.setOpaque(this, seen + 1);
                    return;
                }
                if (STATE.compareAndSet(this, seen, seen + 1)) {
                    return;
                }
            }
            sched.spin(noWriter);
        }
    }

    /** On the simulated machine, the only one that is watched. */
    private void readLock(SimMachine machine, Task task) {
        if (off) {
            machine.point(Access.LOCK_SHARED, object);
            machine.point(Access.LOCK_SHARED, object);
            return;
        }
        wants(task, WatchedLock.READ);
        for (; ; ) {
            machine.point(Access.LOCK_SHARED, object);
            if (state >= 0) {
                machine.point(Access.LOCK_SHARED, object);
                int seen = state; // other readers may have come or gone
                if (seen >= 0) {
                    STATE.setVolatile(this, seen + 1);
                    break;
                }
            }
            sched.spin(noWriter);
        }
        acquired(task, WatchedLock.READ);
    }

    private void wants(Task task, int mode) {
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            watcher.wants(task, this, mode);
        }
    }

    private void acquired(Task task, int mode) {
        if (holders != null) {
            holders.add(task);
        }
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            watcher.acquired(task, this, mode);
        }
    }

    /**
     * Announces that it is released; false if it is switched off, so that there is no more to do.
     */
    private boolean announceRelease(SimMachine machine, int mode) {
        machine.point(mode == WatchedLock.READ ? Access.LOCK_SHARED : Access.LOCK_WORD, object);
        if (off) {
            return false;
        }
        Task task = sched.current();
        if (holders != null) {
            holders.remove(task);
        }
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            watcher.released(task, this, mode);
        }
        return true;
    }

    /** {@code read_unlock()}. */
    public void readUnlock() {
        readUnlock(sched.current());
    }

    /** As {@link #readUnlock()}, for a caller that knows the running task. */
    public void readUnlock(Task task) {
        SimMachine machine = sim;
        if (machine == null || announceRelease(machine, WatchedLock.READ)) {
            int seen = state;
            if (seen > 0 && sched.isSole()) {
                STATE.setOpaque(this, seen - 1);
            } else if ((int) STATE.getAndAdd(this, -1) <= 0) {
                STATE.getAndAdd(this, 1); // else it would count as held by a writer from now on
                notHeld("read");
            }
        }
        task.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        sched.enabled(task);
    }

    private void notHeld(String how) {
        sched.reportBroken(
                "unlock of a lock that is not held", "rwlock " + name + " (" + how + ")");
    }

    /** {@code write_lock()}. */
    public void writeLock() {
        Task task = sched.current();
        task.preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
        SimMachine machine = sim;
        if (machine != null) {
            writeLock(machine, task);
            return;
        }
        while (!STATE.compareAndSet(this, 0, WRITER)) {
            sched.spin(nobody);
        }
    }

    private void writeLock(SimMachine machine, Task task) {
        if (off) {
            machine.point(Access.LOCK_WORD, object);
            return;
        }
        wants(task, WatchedLock.WRITE);
        machine.point(Access.LOCK_WORD, object);
        while (!STATE.compareAndSet(this, 0, WRITER)) {
            sched.spin(nobody);
            machine.point(Access.LOCK_WORD, object);
        }
        acquired(task, WatchedLock.WRITE);
    }

    /** {@code write_unlock()}. */
    public void writeUnlock() {
        Task task = sched.current();
        unlockWritten();
        task.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        sched.enabled(task);
    }

    private void unlockWritten() {
        SimMachine machine = sim;
        if (machine == null || announceRelease(machine, WatchedLock.WRITE)) {
            if (!STATE.compareAndSet(this, WRITER, 0)) {
                notHeld("write");
            }
        }
    }

    /** {@code write_lock_irqsave()}; returns what {@link #writeUnlockIrqrestore} wants back. */
    public boolean writeLockIrqsave() {
        boolean flags = sched.localIrqSave(sched.current());
        writeLock();
        return flags;
    }

    /** {@code write_unlock_irqrestore()}. */
    public void writeUnlockIrqrestore(boolean flags) {
        Task task = sched.current();
        unlockWritten();
        task.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        sched.localIrqRestore(task, flags);
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
}
