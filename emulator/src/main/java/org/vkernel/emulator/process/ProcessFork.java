package org.vkernel.emulator.process;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/** The making of processes and threads: kernel/fork.c. Context: process, in the kernel; sleeps. */
final class ProcessFork {
    private ProcessFork() {}

    /**
     * Makes a child of the running thread's process.
     *
     * <p>Models {@code kernel_clone()} without flags: the child has the same credentials, signal
     * handlers, session and name, and shares the open files, of which it has descriptors of its
     * own.
     *
     * @return null without memory, which is {@code -ENOMEM}
     */
    static @Nullable UserProcess fork(ProcessTable table, ProcessBody body) {
        TaskMemory.Objects objects = table.memory().allocProcess();
        if (objects == null) {
            return null;
        }
        UserThread parent = table.current();
        UserProcess from = parent.process();
        int tgid = table.kernel().sched().allocatePid();
        UserProcess child = new UserProcess(table, tgid, from.credentials());
        if (from.copyTo(child) != 0) {
            table.memory().freeThread(objects);
            table.memory().freeProcess(objects);
            return null;
        }
        start(child, objects, parent.comm(), body);
        return child;
    }

    /** Gives a new process its memory and its first thread, tells of it, and lets it run. */
    static void start(
            UserProcess child, TaskMemory.Objects objects, String comm, ProcessBody body) {
        ProcessTable table = child.table();
        Scheduler sched = table.kernel().sched();
        UserThread parent = table.current();
        Task task = sched.newTask(child.tgid(), comm, child, 0, () -> child.main(body));
        RwLock tasklist = table.tasklistLock();
        boolean flags = tasklist.writeLockIrqsave();
        UserThread first = child.threads().add(task, parent, UserProcess.SIGCHLD);
        first.setMemory(objects);
        child.setMemory(objects);
        parent.process().threads().children().add(child);
        table.hash(first);
        table.add(child);
        tasklist.writeUnlockIrqrestore(flags);
        tell(table, first);
        sched.admit(task);
    }

    /**
     * Makes a host's thread, which is {@code task}, the first one of a child of init. Context:
     * process, of that task.
     */
    static UserThread adopt(UserProcess child, Task task) {
        ProcessTable table = child.table();
        RwLock tasklist = table.tasklistLock();
        boolean flags = tasklist.writeLockIrqsave();
        UserThread first = child.threads().add(task, table.init().leader(), UserProcess.SIGCHLD);
        table.hash(first);
        table.add(child);
        tasklist.writeUnlockIrqrestore(flags);
        return first;
    }

    /**
     * Makes another thread of the running one's process: {@code CLONE_THREAD}. N.B. its parent is
     * that of the process, and is what a fork event tells, not the thread that made it.
     *
     * @return the thread, or a negative errno as {@code error}
     */
    static Result startThread(UserProcess process, ProcessBody body) {
        ProcessTable table = process.table();
        Scheduler sched = table.kernel().sched();
        UserThread maker = table.current();
        TaskMemory.Objects objects = table.memory().allocThread();
        if (objects == null) {
            return new Result(maker, -Errno.ENOMEM);
        }
        int pid = sched.allocatePid();
        Task task = sched.newTask(pid, maker.comm(), process, 0, () -> process.main(body));
        RwLock tasklist = table.tasklistLock();
        boolean flags = tasklist.writeLockIrqsave();
        process.sighand().siglock().lock();
        boolean isDying = maker.task().fatalSignalPending();
        UserThread thread = null;
        if (!isDying) {
            thread = process.threads().add(task, maker.realParent(), UserThread.NO_SIGNAL);
            thread.setMemory(objects);
            table.hash(thread);
        }
        process.sighand().siglock().unlock();
        tasklist.writeUnlockIrqrestore(flags);
        if (thread == null) {
            table.memory().freeThread(objects);
            return new Result(maker, -Errno.EINTR);
        }
        tell(table, thread);
        sched.admit(task);
        return new Result(thread, 0);
    }

    /** A new thread, unless {@code error} is negative. */
    record Result(UserThread thread, int error) {}

    static void tell(ProcessTable table, UserThread child) {
        for (ProcessEvents observer : table.observers()) {
            observer.forked(child);
        }
    }
}
