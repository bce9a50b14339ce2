package org.vkernel.netlink.core;

import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.shared.AtomicInt;

/**
 * Guards all protocols' tables: users keep them as they are, also while they sleep; whoever changes
 * them grabs them, which waits until there are no users.
 *
 * <p>Models {@code nl_table_lock}, {@code nl_table_users} and {@code nl_table_wait}.
 */
final class NetlinkTableLock {
    private final Scheduler sched;
    private final RwLock lock;
    private final AtomicInt users;
    private final WaitQueue noUsers;

    /** Switched off: whoever grabs the tables does not mind users. */
    private final boolean ignoresUsers;

    NetlinkTableLock(Scheduler sched) {
        this.sched = sched;
        lock = new RwLock(sched, "nl_table_lock");
        ignoresUsers = SimMachine.isOff(sched, "nl_table_users");
        users = new AtomicInt(sched, 0);
        noUsers = new WaitQueue(sched, "the users of the netlink tables");
    }

    /** {@code netlink_lock_table()}. Context: any. Sleeps: never. */
    void lock() {
        lock(sched.current());
    }

    /** As {@link #lock()}, for a caller that knows the running task. */
    void lock(Task running) {
        if (sched.sparesLocks()) {
            users.incrementAndGet();
            return;
        }
        boolean flags = sched.localIrqSave(running);
        lock.readLock(running);
        users.incrementAndGet();
        lock.readUnlock(running);
        sched.localIrqRestore(running, flags);
    }

    /** {@code netlink_unlock_table()}. */
    void unlock() {
        if (users.decrementAndGet() == 0 && noUsers.isActive()) {
            noUsers.wakeUp();
        }
    }

    /**
     * {@code netlink_table_grab()}. Context: process; sleeps.
     *
     * @return what {@link #ungrab} wants back
     */
    boolean grab() {
        sched.mightSleep();
        boolean flags = lock.writeLockIrqsave();
        if (areUsed()) {
            WaitQueue.Entry entry = new WaitQueue.Entry(sched.current(), true);
            for (; ; ) {
                noUsers.prepareToWait(entry, TaskState.UNINTERRUPTIBLE);
                if (!areUsed()) {
                    break;
                }
                lock.writeUnlockIrqrestore(flags);
                sched.schedule();
                flags = lock.writeLockIrqsave();
            }
            noUsers.finishWait(entry);
        }
        return flags;
    }

    private boolean areUsed() {
        return users.get() != 0 && !ignoresUsers;
    }

    /** {@code netlink_table_ungrab()}. */
    void ungrab(boolean flags) {
        lock.writeUnlockIrqrestore(flags);
        if (noUsers.isActive()) {
            noUsers.wakeUp();
        }
    }
}
