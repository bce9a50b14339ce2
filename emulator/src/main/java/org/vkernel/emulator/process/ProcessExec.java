package org.vkernel.emulator.process;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.Memory;

/** A process becomes another program: fs/exec.c. Context: process, in the kernel; sleeps. */
final class ProcessExec {
    /** {@code PATH_MAX}: a name from user space. */
    private static final int PATH_BYTES = 4096;

    /** {@code sizeof(struct linux_binprm)}. */
    private static final int BINPRM_BYTES = 408;

    private ProcessExec() {}

    /**
     * Models {@code do_execveat_common()}: what the program needs is there before the old one is
     * given up.
     *
     * @return 0; {@code -ENOMEM}; {@code -EAGAIN} if the process ends, or another thread of it does
     *     the same
     */
    static int exec(UserProcess process, String path, String[] args) {
        Memory memory = process.kernel().mm();
        int name = memory.kmalloc(PATH_BYTES, GfpMask.KERNEL);
        if (name == 0) {
            return -Errno.ENOMEM;
        }
        int error = -Errno.ENOMEM;
        int binprm = memory.kmalloc(BINPRM_BYTES, GfpMask.KERNEL);
        if (binprm != 0) {
            error = withNewMm(process, path, args);
            memory.kfree(binprm);
        }
        memory.kfree(name);
        return error;
    }

    /** A new address space and new credentials, in whose place the old ones go. */
    private static int withNewMm(UserProcess process, String path, String[] args) {
        TaskMemory memory = process.table().memory();
        int mm = memory.allocMm();
        if (mm == 0) {
            return -Errno.ENOMEM;
        }
        int error = -Errno.ENOMEM;
        int cred = memory.allocCred();
        if (cred != 0) {
            error = begin(process, path, args);
            if (error == 0) {
                cred = memory.exchangeCred(process.memory(), cred);
                mm = memory.exchangeMm(process.memory(), mm);
            }
            memory.freeCred(cred);
        }
        memory.freeMm(mm);
        return error;
    }

    /** Models {@code begin_new_exec()} and {@code exec_binprm()}. */
    private static int begin(UserProcess process, String path, String[] args) {
        UserThread self = process.table().current();
        int error = deThread(process, self);
        if (error != 0) {
            return error;
        }
        process.kernel().mm().releasePages(process.pages(), Integer.MAX_VALUE);
        process.sighand().reset();
        process.files().closeOnExec();
        process.setProgram(path, args);
        self.task().setComm(path.substring(path.lastIndexOf('/') + 1));
        tell(self);
        return 0;
    }

    static void tell(UserThread self) {
        for (ProcessEvents observer : self.process().table().observers()) {
            observer.executed(self);
        }
    }

    /**
     * Kills all other threads and waits for their ends. If the first thread is among them the
     * caller takes its place, and they exchange their ids: N.B. as in Linux that one may not have
     * told of its exit yet, and then tells the other's id.
     *
     * <p>Models {@code de_thread()}.
     */
    private static int deThread(UserProcess process, UserThread self) {
        if (process.threads().all().length == 1) {
            return 0;
        }
        boolean flags = process.sighand().siglock().lockIrqsave();
        boolean begins = process.threads().beginExec(self);
        if (begins) {
            process.sighand().killLocked(self);
        }
        process.sighand().siglock().unlockIrqrestore(flags);
        if (!begins) {
            return -Errno.EAGAIN;
        }
        process.threads().await(() -> isAlone(process, self));
        if (!self.isLeader()) {
            takePlaceOfLeader(process, self);
        }
        process.threads().endExec();
        return 0;
    }

    private static boolean isAlone(UserProcess process, UserThread self) {
        int left = process.threads().all().length;
        return self.isLeader() ? left == 1 : left == 2 && process.leader().isNotified();
    }

    private static void takePlaceOfLeader(UserProcess process, UserThread self) {
        ProcessTable table = process.table();
        RwLock tasklist = table.tasklistLock();
        boolean flags = tasklist.writeLockIrqsave();
        UserThread leader = process.leader();
        UserThread parent = leader.realParent();
        table.unhash(leader);
        leader.task().setPid(self.pid());
        table.rename(self, process.tgid());
        if (parent != null) {
            self.setRealParent(parent);
        }
        self.setExitSignal(leader.exitSignal());
        leader.setExitSignal(UserThread.NO_SIGNAL);
        process.threads().remove(leader);
        process.threads().setLeaderGone(false);
        tasklist.writeUnlockIrqrestore(flags);
    }
}
