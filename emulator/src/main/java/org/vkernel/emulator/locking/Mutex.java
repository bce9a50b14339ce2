package org.vkernel.emulator.locking;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.ContextWatcher;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.sched.WaitTarget;
import org.vkernel.emulator.sched.WatchedLock;

/** Models {@code struct mutex} (kernel/locking/mutex.c): a lock that is waited for by sleeping. */
public final class Mutex implements WaitTarget, WatchedLock {
    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(Mutex.class, "owner", Task.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Scheduler sched;
    private final @Nullable SimMachine sim;
    private final String name;
    private final long object;

    /** Simulated machine: switched off, see {@link SimMachine#isOff}. */
    private final boolean off;

    private int lockClass = -1;
    private volatile @Nullable Task owner;
    private final WaitQueue waiters;

    /**
     * Makes an unlocked mutex.
     *
     * @param name its class, as lockdep would call it
     */
    public Mutex(Scheduler sched, String name) {
        this.sched = sched;
        this.sim = sched.sim();
        this.name = name;
        this.object = sched.nextObject();
        this.off = sim != null && sim.isOff(name);
        this.waiters = new WaitQueue(sched, "mutex " + name);
        waiters.setTarget(this);
    }

    /** {@code mutex_lock()}. Context: process; sleeps. */
    public void lock() {
        sched.mightSleep();
        wants(WatchedLock.MUTEX);
        if (!tryLock()) {
            checkRecursion();
            int result = waiters.waitExclusiveLocked(this::tryLock, TaskState.UNINTERRUPTIBLE);
            assert result == 0 : result;
        }
    }

    /**
     * {@code mutex_lock_nested()}: for one that takes this while it holds another of its class, in
     * an order that all keep. Context: process; sleeps.
     *
     * @param subclass which one it is in that order: 1 the second, up to 7
     */
    public void lockNested(int subclass) {
        int mode = WatchedLock.nested(WatchedLock.MUTEX, subclass);
        sched.mightSleep();
        wants(mode);
        if (!tryLock(mode)) {
            checkRecursion();
            int result =
                    waiters.waitExclusiveLocked(() -> tryLock(mode), TaskState.UNINTERRUPTIBLE);
            assert result == 0 : result;
        }
    }

    /** {@code mutex_lock_interruptible()}: 0, or {@code -EINTR}. */
    public int lockInterruptible() {
        sched.mightSleep();
        wants(WatchedLock.MUTEX);
        if (tryLock()) {
            return 0;
        }
        checkRecursion();
        int result = waiters.waitExclusiveLocked(this::tryLock, TaskState.INTERRUPTIBLE);
        return result == 0 ? 0 : -Errno.EINTR;
    }

    private void wants(int mode) {
        ContextWatcher watcher = sched.watcher();
        if (watcher != null && !off) {
            watcher.wants(sched.current(), this, mode);
        }
    }

    private void checkRecursion() {
        if (owner == sched.current()) {
            sched.reportBrokenInContext(
                    "mutex recursion", name + " is held by " + sched.current() + " already");
        }
    }

    /** {@code mutex_trylock()}. */
    public boolean tryLock() {
        return tryLock(WatchedLock.MUTEX);
    }

    private boolean tryLock(int mode) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.LOCK_WORD, object);
            if (off) {
                return true;
            }
        }
        Task task = sched.current();
        if (sched.isSole()) {
            if (owner != null) {
                return false;
            }
            OWNER.setOpaque(this, task);
        } else if (!OWNER.compareAndSet(this, null, task)) {
            return false;
        }
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            watcher.acquired(task, this, mode);
        }
        return true;
    }

    /** {@code mutex_unlock()}; only its owner may. */
    public void unlock() {
        SimMachine machine = sim;
        if (machine == null) {
            checkOwner(sched.current());
        } else if (off) {
            machine.point(Access.LOCK_WORD, object);
        } else {
            release(machine, sched.current());
        }
        owner = null;
        waiters.wakeUp();
    }

    private void release(SimMachine machine, Task task) {
        checkOwner(task);
        machine.point(Access.LOCK_WORD, object);
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            watcher.released(task, this, WatchedLock.MUTEX);
        }
    }

    private void checkOwner(Task task) {
        if (owner != task) {
            sched.reportBroken(
                    "unlock of a lock that is not held",
                    "mutex " + name + " by " + task + ", owner " + owner);
        }
    }

    /** {@code mutex_is_locked()}. */
    public boolean isLocked() {
        return owner != null;
    }

    /** Whether the running task holds it. */
    public boolean isHeld() {
        return owner == sched.current();
    }

    @Override
    public List<Task> holders() {
        Task holder = owner;
        return holder == null ? List.of() : List.of(holder);
    }

    @Override
    public boolean isLock() {
        return true;
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
