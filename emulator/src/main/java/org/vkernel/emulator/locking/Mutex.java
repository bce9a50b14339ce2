package org.vkernel.emulator.locking;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.shared.SharedRef;

/** Models {@code struct mutex} (kernel/locking/mutex.c): a lock that is waited for by sleeping. */
public final class Mutex {
    private final Scheduler sched;
    private final String name;
    private final SharedRef<Task> owner;
    private final WaitQueue waiters;

    /**
     * Makes an unlocked mutex.
     *
     * @param name its class, as lockdep would call it
     */
    public Mutex(Scheduler sched, String name) {
        this.sched = sched;
        this.name = name;
        this.owner = new SharedRef<>(sched, null);
        this.waiters = new WaitQueue(sched, "mutex " + name);
    }

    /** {@code mutex_lock()}. Context: process; sleeps. */
    public void lock() {
        sched.mightSleep();
        if (!tryLock()) {
            checkRecursion();
            int result = waiters.waitExclusiveLocked(this::tryLock, TaskState.UNINTERRUPTIBLE);
            assert result == 0 : result;
        }
    }

    /** {@code mutex_lock_interruptible()}: 0, or {@code -EINTR}. */
    public int lockInterruptible() {
        sched.mightSleep();
        if (tryLock()) {
            return 0;
        }
        checkRecursion();
        int result = waiters.waitExclusiveLocked(this::tryLock, TaskState.INTERRUPTIBLE);
        return result == 0 ? 0 : -Errno.EINTR;
    }

    private void checkRecursion() {
        if (owner.peek() == sched.current()) {
            sched.reportBroken(
                    "mutex recursion", name + " is held by " + sched.current() + " already");
        }
    }

    /** {@code mutex_trylock()}. */
    public boolean tryLock() {
        return owner.compareAndSet(null, sched.current());
    }

    /** {@code mutex_unlock()}; only its owner may. */
    public void unlock() {
        Task task = sched.current();
        if (owner.peek() != task) {
            sched.reportBroken(
                    "unlock of a lock that is not held",
                    "mutex " + name + " by " + task + ", owner " + owner.peek());
        }
        owner.rcuAssign(null);
        waiters.wakeUp();
    }

    /** {@code mutex_is_locked()}. */
    public boolean isLocked() {
        return owner.peek() != null;
    }

    /** Whether the running task holds it. */
    public boolean isHeld() {
        return owner.peek() == sched.current();
    }
}
