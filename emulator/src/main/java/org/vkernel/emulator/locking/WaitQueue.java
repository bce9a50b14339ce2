package org.vkernel.emulator.locking;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Moment;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.sched.WaitTarget;
import org.vkernel.emulator.shared.SharedList;

/**
 * Models {@code wait_queue_head_t} (kernel/sched/wait.c): tasks that wait for something to happen.
 */
public final class WaitQueue implements WaitTarget {
    private final Scheduler sched;
    private final String name;
    private final SpinLock lock;
    private final SharedList<Entry> waiters;

    /** Where it stands while it has waiters, and they note where they joined; null: nowhere. */
    private @Nullable Set<WaitQueue> registry;

    private int registryNumber;

    /** For whom they wait; null: nobody knows. */
    private @Nullable WaitTarget target;

    /** A task's place in wait queues; used for one wait at a time. */
    public static final class Entry {
        private final Task task;
        private final boolean exclusive;
        private SharedList.@Nullable Node<Entry> node;

        /** Where it joined the queue, if that notes it. */
        private @Nullable Moment joined;

        /**
         * An entry of the running task.
         *
         * @param exclusive whether one wake-up wakes at most one of its kind
         */
        public Entry(Task task, boolean exclusive) {
            this.task = task;
            this.exclusive = exclusive;
        }
    }

    /**
     * Makes an empty queue.
     *
     * @param name what its waiters wait for, in words for a report on deadlocks
     */
    public WaitQueue(Scheduler sched, String name) {
        this(sched, name, name);
    }

    /**
     * Makes an empty queue, one of many that differ in their names.
     *
     * @param lockClass the class of their locks, as lockdep would call it
     */
    public WaitQueue(Scheduler sched, String name, String lockClass) {
        this.sched = sched;
        this.name = name;
        this.lock = new SpinLock(sched, lockClass);
        this.waiters = new SharedList<>(sched);
    }

    /**
     * From now on keeps itself in {@code known} while there are waiters, and notes for {@link
     * #places} where they joined.
     *
     * @param number what tells it from the others in there
     */
    public void registerIn(Set<WaitQueue> known, int number) {
        registry = known;
        registryNumber = number;
    }

    /** Its number among those that are registered with it. */
    public int registryNumber() {
        return registryNumber;
    }

    /** Where the waiters joined that there are, the first one first. No point. */
    public List<BugReport.Place> places() {
        List<BugReport.Place> places = new ArrayList<>();
        for (Entry entry : waiters.peekAll()) {
            Moment joined = entry.joined;
            if (joined != null) {
                places.add(joined.place("Joined"));
            }
        }
        return places;
    }

    /** Says for whom its waiters wait, for reports on deadlocks. */
    public void setTarget(WaitTarget value) {
        target = value;
    }

    @Override
    public List<Task> holders() {
        WaitTarget known = target;
        return known == null ? List.of() : known.holders();
    }

    @Override
    public boolean isLock() {
        WaitTarget known = target;
        return known != null && known.isLock();
    }

    /** {@code add_wait_queue()}. */
    public void add(Entry entry) {
        boolean flags = lock.lockIrqsave();
        link(entry);
        lock.unlockIrqrestore(flags);
    }

    private void link(Entry entry) {
        if (entry.node == null) {
            // Exclusive waiters stand behind the others, so that a wake-up meets those first.
            entry.node = entry.exclusive ? waiters.addLast(entry) : waiters.addFirst(entry);
            Set<WaitQueue> known = registry;
            if (known != null) {
                known.add(this);
                entry.joined = sched.moment(sched.current());
            }
        }
    }

    /** {@code remove_wait_queue()}. */
    public void remove(Entry entry) {
        boolean flags = lock.lockIrqsave();
        unlink(entry);
        lock.unlockIrqrestore(flags);
    }

    private void unlink(Entry entry) {
        SharedList.Node<Entry> node = entry.node;
        if (node != null) {
            waiters.remove(node);
            entry.node = null;
            Set<WaitQueue> known = registry;
            if (known != null && waiters.size() == 0) {
                known.remove(this);
            }
        }
    }

    /** {@code prepare_to_wait()}: joins the queue and sets the task's state, in that order. */
    public void prepareToWait(Entry entry, int state) {
        boolean flags = lock.lockIrqsave();
        link(entry);
        entry.task.setWaitsOn(this);
        entry.task.setState(state);
        lock.unlockIrqrestore(flags);
    }

    /** {@code finish_wait()}. */
    public void finishWait(Entry entry) {
        entry.task.setState(TaskState.RUNNING);
        entry.task.setWaitsOn(null);
        remove(entry);
    }

    /** {@code waitqueue_active()}: without the lock, so the caller orders it. */
    public boolean isActive() {
        return !waiters.isEmpty();
    }

    /** {@code wake_up()}: all waiters, of the exclusive ones one. */
    public void wakeUp() {
        wake(TaskState.NORMAL, 1);
    }

    /** {@code wake_up_interruptible()}. */
    public void wakeUpInterruptible() {
        wake(TaskState.INTERRUPTIBLE, 1);
    }

    /** {@code wake_up_all()}. */
    public void wakeUpAll() {
        wake(TaskState.NORMAL, Integer.MAX_VALUE);
    }

    /**
     * {@code wake_up_locked()}: changes what the waiters wait for and wakes them, both under the
     * queue's lock.
     *
     * @param exclusive how many of the exclusive ones
     */
    void wakeUpLocked(Runnable change, int exclusive) {
        boolean flags = lock.lockIrqsave();
        change.run();
        wakeLocked(TaskState.NORMAL, exclusive);
        lock.unlockIrqrestore(flags);
    }

    private void wake(int mask, int exclusive) {
        boolean flags = lock.lockIrqsave();
        wakeLocked(mask, exclusive);
        lock.unlockIrqrestore(flags);
    }

    private void wakeLocked(int mask, int exclusive) {
        int left = exclusive;
        SharedList.Node<Entry> node = waiters.firstLocked();
        while (node != null) {
            Entry entry = node.value();
            if (sched.wakeUp(entry.task, mask) && entry.exclusive && --left == 0) {
                break;
            }
            node = waiters.nextLocked(node);
        }
    }

    /** {@code wait_event()}: sleeps until {@code condition} holds. Context: process. */
    public void waitEvent(BooleanSupplier condition) {
        int result = wait(condition, TaskState.UNINTERRUPTIBLE);
        assert result == 0 : result;
    }

    /**
     * {@code wait_event_idle()}: as {@link #waitEvent}, for what may well never come: a wait
     * without end is no mistake.
     */
    public void waitEventIdle(BooleanSupplier condition) {
        Task task = sched.current();
        task.setWaitsIdly(true);
        waitEvent(condition);
        task.setWaitsIdly(false);
    }

    /**
     * {@code wait_event_interruptible()}. Context: process.
     *
     * @return 0, or {@code -ERESTARTSYS} where a signal came first
     */
    public int waitEventInterruptible(BooleanSupplier condition) {
        return wait(condition, TaskState.INTERRUPTIBLE);
    }

    /**
     * {@code wait_event_interruptible_exclusive_locked()} and its kin: waits in line, and asks for
     * the condition under the queue's lock. A condition that takes something, such as one of the
     * completions, must be asked so: a wake-up that meets a waiter that has its thing already would
     * be lost to the others.
     *
     * @param state how it sleeps, one of {@link TaskState}
     * @return 0, or {@code -ERESTARTSYS} where a signal that the state lets through came first
     */
    public int waitExclusiveLocked(BooleanSupplier condition, int state) {
        sched.mightSleep();
        Task task = sched.current();
        Entry entry = new Entry(task, true);
        int result = 0;
        boolean flags = lock.lockIrqsave();
        while (!condition.getAsBoolean()) {
            if (task.signalPendingState(state)) {
                result = -Errno.ERESTARTSYS;
                break;
            }
            link(entry);
            task.setWaitsOn(this);
            task.setState(state);
            lock.unlockIrqrestore(flags);
            sched.schedule();
            flags = lock.lockIrqsave();
        }
        task.setState(TaskState.RUNNING);
        task.setWaitsOn(null);
        unlink(entry);
        lock.unlockIrqrestore(flags);
        return result;
    }

    private int wait(BooleanSupplier condition, int state) {
        sched.mightSleep();
        if (condition.getAsBoolean()) {
            return 0;
        }
        Task task = sched.current();
        Entry entry = new Entry(task, false);
        int result = 0;
        for (; ; ) {
            prepareToWait(entry, state);
            if (condition.getAsBoolean()) {
                break;
            }
            if (state == TaskState.INTERRUPTIBLE && task.signalPending()) {
                result = -Errno.ERESTARTSYS;
                break;
            }
            sched.schedule();
        }
        finishWait(entry);
        return result;
    }

    @Override
    public String toString() {
        return name;
    }
}
