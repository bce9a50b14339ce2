package org.vkernel.emulator.locking;

import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SpinCondition;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.AtomicInt;

/**
 * Models {@code rwlock_t}: many readers or one writer, all spinning with preemption off.
 *
 * <p>Readers are preferred, as on the kernel's unfair path in interrupts.
 */
public final class RwLock {
    private static final int WRITER = -1;

    private final Scheduler sched;
    private final String name;
    private final AtomicInt state;
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
        this.state = new AtomicInt(sched, 0);
        this.noWriter = new Wait("to read ", true);
        this.nobody = new Wait("to write ", false);
    }

    private final class Wait implements SpinCondition {
        private final String what;
        private final boolean readersPass;

        Wait(String what, boolean readersPass) {
            this.what = what;
            this.readersPass = readersPass;
        }

        @Override
        public boolean isReady(Task task) {
            int seen = state.peek();
            return readersPass ? seen >= 0 : seen == 0;
        }

        @Override
        public String describeWait() {
            return what + "rwlock " + name;
        }
    }

    /** {@code read_lock()}. */
    public void readLock() {
        sched.current().preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
        for (; ; ) {
            int seen = state.get();
            if (seen >= 0 && state.compareAndSet(seen, seen + 1)) {
                return;
            }
            sched.spin(noWriter);
        }
    }

    /** {@code read_unlock()}. */
    public void readUnlock() {
        if (state.decrementAndGet() < 0) {
            state.incrementAndGet(); // else it would count as held by a writer from now on
            sched.reportBroken("unlock of a lock that is not held", "rwlock " + name + " (read)");
        }
        Task task = sched.current();
        task.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        sched.enabled(task);
    }

    /** {@code write_lock()}. */
    public void writeLock() {
        sched.current().preemptCountAdd(PreemptCount.PREEMPT_OFFSET);
        while (!state.compareAndSet(0, WRITER)) {
            sched.spin(nobody);
        }
    }

    /** {@code write_unlock()}. */
    public void writeUnlock() {
        if (!state.compareAndSet(WRITER, 0)) {
            sched.reportBroken("unlock of a lock that is not held", "rwlock " + name + " (write)");
        }
        Task task = sched.current();
        task.preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        sched.enabled(task);
    }

    /** {@code write_lock_irqsave()}; returns what {@link #writeUnlockIrqrestore} wants back. */
    public boolean writeLockIrqsave() {
        boolean flags = sched.localIrqSave();
        writeLock();
        return flags;
    }

    /** {@code write_unlock_irqrestore()}. */
    public void writeUnlockIrqrestore(boolean flags) {
        if (!state.compareAndSet(WRITER, 0)) {
            sched.reportBroken("unlock of a lock that is not held", "rwlock " + name + " (write)");
        }
        sched.current().preemptCountSub(PreemptCount.PREEMPT_OFFSET);
        sched.localIrqRestore(flags);
    }
}
