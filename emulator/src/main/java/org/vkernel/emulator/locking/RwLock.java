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
    private final String name;
    private final long object;
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
        this.name = name;
        this.object = sched.nextObject();
        this.holders = sched.sim() == null ? null : new ArrayList<>(2);
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
        Task task = sched.current();
        task.preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
        wants(task, WatchedLock.READ);
        for (; ; ) {
            sched.point(Access.LOCK_WORD, object);
            int seen = state;
            if (seen >= 0) {
                sched.point(Access.LOCK_WORD, object);
                if (STATE.compareAndSet(this, seen, seen + 1)) {
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

    /** {@code read_unlock()}. */
    public void readUnlock() {
        sched.point(Access.LOCK_WORD, object);
        released(sched.current(), WatchedLock.READ);
        if ((int) STATE.getAndAdd(this, -1) <= 0) {
            STATE.getAndAdd(this, 1); // else it would count as held by a writer from now on
            notHeld("read");
        }
        Task task = sched.current();
        task.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        sched.enabled(task);
    }

    private void released(Task task, int mode) {
        if (holders != null) {
            holders.remove(task);
        }
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            watcher.released(task, this, mode);
        }
    }

    private void notHeld(String how) {
        sched.reportBroken(
                "unlock of a lock that is not held", "rwlock " + name + " (" + how + ")");
    }

    /** {@code write_lock()}. */
    public void writeLock() {
        Task task = sched.current();
        task.preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
        wants(task, WatchedLock.WRITE);
        sched.point(Access.LOCK_WORD, object);
        while (!STATE.compareAndSet(this, 0, WRITER)) {
            sched.spin(nobody);
            sched.point(Access.LOCK_WORD, object);
        }
        acquired(task, WatchedLock.WRITE);
    }

    /** {@code write_unlock()}. */
    public void writeUnlock() {
        Task task = sched.current();
        unlockWritten(task);
        task.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        sched.enabled(task);
    }

    private void unlockWritten(Task task) {
        sched.point(Access.LOCK_WORD, object);
        released(task, WatchedLock.WRITE);
        if (!STATE.compareAndSet(this, WRITER, 0)) {
            notHeld("write");
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
        unlockWritten(task);
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
