package org.vkernel.emulator.process;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.RwLock;

/** Who a process is: kernel/sys.c, cred.c, ptrace.c. Context: process, in the kernel. */
final class ProcessIds {
    private ProcessIds() {}

    static IdChange users(Credentials of) {
        return new IdChange(of.ruid(), of.euid(), of.suid());
    }

    static IdChange groups(Credentials of) {
        return new IdChange(of.rgid(), of.egid(), of.sgid());
    }

    /** Takes other user ids; {@code -EPERM} for null, {@code -ENOMEM} before all else. */
    static int setUsers(UserProcess process, @Nullable IdChange to) {
        return withNewCred(
                process,
                to == null
                        ? null
                        : process.credentials().withUids(to.real(), to.effective(), to.saved()));
    }

    /** Takes other group ids; {@code -EPERM} for null, {@code -ENOMEM} before all else. */
    static int setGroups(UserProcess process, @Nullable IdChange to) {
        return withNewCred(
                process,
                to == null
                        ? null
                        : process.credentials().withGids(to.real(), to.effective(), to.saved()));
    }

    /**
     * New credentials, {@code prepare_creds()}, are made first, and freed where they are refused.
     */
    private static int withNewCred(UserProcess process, @Nullable Credentials changed) {
        TaskMemory memory = process.table().memory();
        int cred = memory.allocCred();
        if (cred == 0) {
            return -Errno.ENOMEM;
        }
        int result = -Errno.EPERM;
        if (changed != null) {
            result = commit(process, changed);
            cred = memory.exchangeCred(process.memory(), cred);
        }
        memory.freeCred(cred);
        return result;
    }

    /**
     * Models {@code commit_creds()}: nobody is told of ids that stay.
     *
     * <p>Differs from Linux: credentials are the process's, not a thread's.
     */
    private static int commit(UserProcess process, Credentials changed) {
        UserThread self = process.table().current();
        Credentials old = process.credentials();
        process.setCredentials(changed);
        if (!changed.hasUidsOf(old)) {
            for (ProcessEvents observer : process.table().observers()) {
                observer.userIdsChanged(self);
            }
        }
        if (!changed.hasGidsOf(old)) {
            for (ProcessEvents observer : process.table().observers()) {
                observer.groupIdsChanged(self);
            }
        }
        return 0;
    }

    /**
     * Models {@code ksys_setsid()}.
     *
     * @return the session; {@code -EPERM} if the process leads one already
     */
    static int setSession(UserProcess process) {
        RwLock tasklist = process.table().tasklistLock();
        boolean flags = tasklist.writeLockIrqsave();
        boolean begins = process.beginSession();
        tasklist.writeUnlockIrqrestore(flags);
        if (!begins) {
            return -Errno.EPERM;
        }
        for (ProcessEvents observer : process.table().observers()) {
            observer.sessionBegun(process.leader());
        }
        return process.tgid();
    }

    /** Models {@code PR_SET_NAME}. */
    static int setName(UserProcess process, String name) {
        UserThread self = process.table().current();
        self.task().setComm(name);
        for (ProcessEvents observer : process.table().observers()) {
            observer.renamed(self);
        }
        return 0;
    }

    // ---- Tracing -------------------------------------------------------------------------------

    /**
     * Models {@code ptrace_attach()} of {@code PTRACE_SEIZE}, which does not stop the thread.
     *
     * @return 0; {@code -ESRCH}; {@code -EPERM} if the thread is the process's own or another
     *     user's, ends, or is traced already
     */
    static int attach(UserProcess process, int pid) {
        ProcessTable table = process.table();
        UserThread self = table.current();
        UserThread thread = table.findThread(pid);
        if (thread == null) {
            return -Errno.ESRCH;
        }
        if (thread.process() == process || !mayTrace(process, thread.process())) {
            return -Errno.EPERM;
        }
        RwLock tasklist = table.tasklistLock();
        boolean flags = tasklist.writeLockIrqsave();
        boolean isFree = !thread.isExiting() && thread.tracer() == null;
        if (isFree) {
            thread.setTracer(self);
            self.addTracee(thread);
        }
        tasklist.writeUnlockIrqrestore(flags);
        if (!isFree) {
            return -Errno.EPERM;
        }
        for (ProcessEvents observer : table.observers()) {
            observer.traced(thread, self);
        }
        return 0;
    }

    /** Models {@code __ptrace_may_access()}. */
    private static boolean mayTrace(UserProcess tracer, UserProcess process) {
        Credentials own = tracer.credentials();
        Credentials its = process.credentials();
        return own.isCapable()
                || (its.hasUidsOf(Credentials.of(own.ruid(), 0))
                        && its.hasGidsOf(Credentials.of(0, own.rgid())));
    }

    /**
     * Models {@code ptrace_detach()}. Differs from Linux: the thread need not have stopped.
     *
     * @return 0; {@code -ESRCH} if the running thread does not trace it
     */
    static int detach(UserProcess process, int pid) {
        ProcessTable table = process.table();
        UserThread self = table.current();
        UserThread thread = table.findThread(pid);
        RwLock tasklist = table.tasklistLock();
        boolean flags = tasklist.writeLockIrqsave();
        boolean isTraced = thread != null && thread.tracer() == self;
        if (thread != null && isTraced) {
            thread.setTracer(null);
            self.removeTracee(thread);
        }
        tasklist.writeUnlockIrqrestore(flags);
        if (thread == null || !isTraced) {
            return -Errno.ESRCH;
        }
        for (ProcessEvents observer : table.observers()) {
            observer.untraced(thread);
        }
        return 0;
    }
}
