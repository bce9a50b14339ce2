package org.vkernel.emulator.process;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.shared.SharedRef;

/**
 * A thread of a user process: what {@code struct task_struct} holds of its family, beyond what the
 * scheduler needs to know.
 *
 * <p>Its fields are read under {@code rcu_read_lock()} and changed under {@link
 * ProcessTable#tasklistLock}, but for those that say otherwise.
 */
public final class UserThread {
    /** {@code exit_signal} of a thread that is not the first: its parent is not told. */
    static final int NO_SIGNAL = -1;

    private final UserProcess process;
    private final Task task;
    private final SharedRef<UserThread> realParent;
    private final SharedInt alive;
    private final SharedInt exitSignal;

    /** Whom it traces; null as long as it has traced nobody. */
    private @Nullable List<UserThread> tracees;

    private @Nullable UserThread tracer;

    /** Written by the thread as it ends, before others are told. */
    private volatile int exitCode;

    private volatile boolean exiting;

    /** Exclusive to the thread: what it asked to end with, without its process. */
    private int ownCode;

    /** What it holds until it is released; null if the host made it. */
    private volatile TaskMemory.@Nullable Objects memory;

    private volatile boolean notified;
    private volatile boolean ended;

    UserThread(UserProcess process, Task task, @Nullable UserThread realParent, int exitSignal) {
        this.process = process;
        this.task = task;
        this.realParent = new SharedRef<>(task.scheduler(), realParent);
        this.alive = new SharedInt(task.scheduler(), 1);
        this.exitSignal = new SharedInt(task.scheduler(), exitSignal);
    }

    public UserProcess process() {
        return process;
    }

    Task task() {
        return task;
    }

    /** The thread's own id. */
    public int pid() {
        return task.pid();
    }

    /** Its process's id. */
    public int tgid() {
        return process.tgid();
    }

    /** Sends this thread a signal. Models {@code tgkill()}. Context: any. */
    public void signal(int signal) {
        process.sighand().send(signal, this);
    }

    public String comm() {
        return task.comm();
    }

    /** Whether it is the first thread of its process, whose end the parent is told. */
    public boolean isLeader() {
        return process.leader() == this;
    }

    /**
     * Who made its process, or whoever took that one's place; null for init. Of every thread of a
     * process it is the same, whichever thread made it. The caller is in an RCU read section.
     */
    public @Nullable UserThread realParent() {
        return realParent.rcuDereference();
    }

    void setRealParent(UserThread parent) {
        realParent.rcuAssign(parent);
    }

    /** {@code pid_alive()}: whether nobody has waited for it yet. */
    public boolean isPidAlive() {
        return alive.getOnce() != 0;
    }

    /** {@code __unhash_process()}. */
    void unhash() {
        alive.setOnce(0);
    }

    /** The signal that tells its parent of its end; -1 for threads that are not the first. */
    public int exitSignal() {
        return exitSignal.getOnce();
    }

    void setExitSignal(int signal) {
        exitSignal.setOnce(signal);
    }

    /** What it ended with: {@code status << 8}, or a signal, with a bit for a core dump. */
    public int exitCode() {
        return exitCode;
    }

    void setExitCode(int code) {
        exitCode = code;
        exiting = true;
    }

    /** Whether it has begun to end. */
    boolean isExiting() {
        return exiting;
    }

    TaskMemory.@Nullable Objects memory() {
        return memory;
    }

    void setMemory(TaskMemory.Objects objects) {
        memory = objects;
    }

    int ownCode() {
        return ownCode;
    }

    void setOwnCode(int code) {
        ownCode = code;
    }

    /** Whether {@code exit_notify()} is done with it. */
    boolean isNotified() {
        return notified;
    }

    void setNotified() {
        notified = true;
    }

    boolean isEnded() {
        return ended;
    }

    void setEnded() {
        ended = true;
    }

    @Nullable UserThread tracer() {
        return tracer;
    }

    void setTracer(@Nullable UserThread by) {
        tracer = by;
    }

    void addTracee(UserThread thread) {
        if (tracees == null) {
            tracees = new ArrayList<>(1);
        }
        tracees.add(thread);
    }

    void removeTracee(UserThread thread) {
        if (tracees != null) {
            tracees.remove(thread);
        }
    }

    /** {@code exit_ptrace()}: whom it traces is free. */
    void releaseTracees() {
        if (tracees != null) {
            tracees.forEach(thread -> thread.setTracer(null));
            tracees = null;
        }
    }

    /**
     * Sleeps until it has ended, as {@code pthread_join()} does. Context: process, of another
     * thread; sleeps.
     */
    public void join() {
        process.kernel().run(() -> process.threads().await(this::isEnded));
    }

    @Override
    public String toString() {
        return task.toString();
    }
}
