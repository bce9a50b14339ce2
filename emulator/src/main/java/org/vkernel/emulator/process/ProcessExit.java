package org.vkernel.emulator.process;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.sched.Task;

/**
 * The end of threads and processes, and who is told of it: kernel/exit.c.
 *
 * <p>Differs from Linux: init waits for its children by itself, at the end of each.
 */
final class ProcessExit {
    private ProcessExit() {}

    /**
     * Releases what a thread holds, tells its parent if it was its process's last, and then
     * everybody else who wants to know. N.B. as in Linux whoever waits may have seen the end before
     * {@link ProcessEvents#exited} is called.
     *
     * <p>Models {@code do_exit()}. Context: process, of {@code self}; sleeps.
     */
    static void exit(UserThread self) {
        UserProcess process = self.process();
        Task task = self.task();
        task.setInKernel(true);
        boolean isLast = process.threads().beginExit(self);
        process.threads().awaitDump();
        task.setFlags(Task.PF_EXITING);
        if (isLast) {
            process.pages().exit(task);
            process.files().closeAll();
        }
        exitNotify(self);
        process.threads().wakeExec();
        for (ProcessEvents observer : process.table().observers()) {
            observer.exited(self);
        }
        if (process.threads().end(self)) {
            reapForInit(process);
            process.table().gone(process);
            process.threads().setDead(); // who waits for it finds it gone
        }
        process.threads().wakeWaiters();
    }

    /** Models {@code exit_notify()}: from then on the thread's process may be waited for. */
    private static void exitNotify(UserThread self) {
        UserProcess process = self.process();
        ProcessTable table = process.table();
        RwLock tasklist = table.tasklistLock();
        boolean flags = tasklist.writeLockIrqsave();
        forgetOriginalParent(self);
        self.releaseTracees();
        if (self.isLeader()) {
            process.threads().setLeaderGone(true);
        } else {
            table.unhash(self);
            process.threads().remove(self);
        }
        if (process.threads().isLeaderGone() && process.threads().all().length == 1) {
            notifyParent(process);
        }
        self.setNotified();
        tasklist.writeUnlockIrqrestore(flags);
    }

    /** Models {@code forget_original_parent()}. The caller holds the list of tasks. */
    private static void forgetOriginalParent(UserThread self) {
        UserProcess process = self.process();
        UserThread other = livingOther(self);
        UserThread heir = other != null ? other : process.table().init().leader();
        Iterator<UserProcess> children = process.threads().children().iterator();
        while (children.hasNext()) {
            UserProcess child = children.next();
            if (child.leader().realParent() == self) {
                for (UserThread thread : child.threads().all()) {
                    thread.setRealParent(heir);
                }
                if (other == null) {
                    children.remove();
                    adopt(child, heir.process());
                }
            }
        }
    }

    private static @Nullable UserThread livingOther(UserThread self) {
        for (UserThread thread : self.process().threads().all()) {
            if (thread != self && !thread.isExiting()) {
                return thread;
            }
        }
        return null;
    }

    private static void adopt(UserProcess child, UserProcess init) {
        init.threads().children().add(child);
        if (child.threads().isZombie()) {
            reap(child);
        }
    }

    /**
     * Models {@code do_notify_parent()}. A child of a parent that ignores SIGCHLD is nobody's to
     * wait for. The caller holds the list of tasks.
     */
    private static void notifyParent(UserProcess process) {
        process.threads().setZombie(true);
        UserThread parent = process.leader().realParent();
        if (parent == null) {
            return;
        }
        Sighand sighand = parent.process().sighand();
        if (sighand.isIgnored(UserProcess.SIGCHLD)) {
            reap(process);
        } else {
            sighand.send(UserProcess.SIGCHLD);
        }
        parent.process().threads().childExit().wakeUpAll();
    }

    /** Models {@code release_task()} of a zombie. The caller holds the list of tasks. */
    private static void reap(UserProcess process) {
        process.threads().setZombie(false);
        process.table().unhash(process.leader());
        UserThread parent = process.leader().realParent();
        if (parent != null) {
            parent.process().threads().children().remove(process);
        }
        TaskMemory.Objects objects = process.memory();
        if (objects != null) {
            process.table().memory().freeProcess(objects);
        }
    }

    private static void reapForInit(UserProcess process) {
        ProcessTable table = process.table();
        RwLock tasklist = table.tasklistLock();
        boolean flags = tasklist.writeLockIrqsave();
        if (process.threads().isZombie()
                && process.leader().realParent() == table.init().leader()) {
            reap(process);
        }
        tasklist.writeUnlockIrqrestore(flags);
    }

    // ---- Waiting -------------------------------------------------------------------------------

    /** What a look at the children found. */
    private record Found(int error, @Nullable ExitStatus status) {}

    private static final Found NOTHING_YET = new Found(0, null);

    /**
     * Waits for the end of a child, and forgets it.
     *
     * <p>Models {@code kernel_wait4()}. Context: process; sleeps.
     *
     * @param pid which child; -1: any
     * @param status gets how it ended
     * @return 0; {@code -ECHILD} if there is no such child; {@code -ERESTARTSYS}
     */
    static int waitFor(UserProcess parent, int pid, @Nullable ExitStatus[] status) {
        Found[] found = {NOTHING_YET};
        int error =
                parent.threads()
                        .childExit()
                        .waitEventInterruptible(() -> {
                            found[0] = look(parent, pid);
                            return found[0].error != 0 || found[0].status != null;
                        });
        status[0] = found[0].status;
        return found[0].status != null ? 0 : error != 0 ? error : found[0].error;
    }

    private static Found look(UserProcess parent, int pid) {
        RwLock tasklist = parent.table().tasklistLock();
        boolean flags = tasklist.writeLockIrqsave();
        Found found = new Found(-Errno.ECHILD, null);
        for (UserProcess child : parent.threads().children()) {
            if (pid == -1 || child.tgid() == pid) {
                if (child.threads().isZombie()) {
                    found = new Found(0, new ExitStatus(child.tgid(), child.exitCode()));
                    reap(child);
                    break;
                }
                found = NOTHING_YET;
            }
        }
        tasklist.writeUnlockIrqrestore(flags);
        return found;
    }
}
