package org.vkernel.emulator.process;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.AtomicInt;

/**
 * What the threads of a process have in common as it lives and ends: {@code struct signal_struct}.
 *
 * <p>What says nothing else is guarded by {@link ProcessTable#tasklistLock}.
 */
final class ProcessThreads {
    /** As {@link #exitCode}: it has none yet. */
    private static final int ALIVE = -1;

    private final UserProcess process;
    private final WaitQueue exited;
    private final WaitQueue childExit;

    /** Threads that have not begun to exit ({@code signal->live}). */
    private final AtomicInt live;

    /** Threads that have not ended. */
    private final AtomicInt unfinished;

    /** Those that nobody has released, the first one first; replaced, never changed. */
    private volatile UserThread[] threads = new UserThread[0];

    private final List<UserProcess> children = new ArrayList<>(0);
    private boolean isLeaderGone;
    private boolean isZombie;

    /** What is set first stays, but for the bit that tells of a core. */
    private final AtomicInteger exitCode = new AtomicInteger(ALIVE);

    /** Whether core is dumped of it ({@code RLIMIT_CORE} is not 0). Written by the process. */
    private volatile boolean dumpsCore = true;

    // Written under the lock of signals.
    private volatile boolean isDumping;
    private volatile boolean dead;

    /** What becomes another program, and waits for the other threads to end. */
    private volatile @Nullable UserThread execThread;

    ProcessThreads(UserProcess process, Scheduler sched) {
        this.process = process;
        int tgid = process.tgid();
        this.exited = new WaitQueue(sched, "the exit of process " + tgid, "exit_wait");
        exited.setTarget(this::tasks);
        this.childExit =
                new WaitQueue(sched, "the exit of a child of process " + tgid, "wait_chldexit");
        this.live = new AtomicInt(sched, 0);
        this.unfinished = new AtomicInt(sched, 0);
    }

    // ---- The threads ---------------------------------------------------------------------------

    /** Not to be changed. */
    UserThread[] all() {
        return threads;
    }

    /** The first thread; there is one as soon as the process is known. */
    UserThread leader() {
        return threads[0];
    }

    /** The thread that {@code task} is, or null. */
    @Nullable UserThread of(Task task) {
        for (UserThread thread : threads) {
            if (thread.task() == task) {
                return thread;
            }
        }
        return null;
    }

    /** Adds a thread. Nobody knows the process yet, or the list of tasks is held. */
    UserThread add(Task task, @Nullable UserThread realParent, int exitSignal) {
        UserThread thread = new UserThread(process, task, realParent, exitSignal);
        live.incrementAndGet();
        unfinished.incrementAndGet();
        UserThread[] more = Arrays.copyOf(threads, threads.length + 1);
        more[more.length - 1] = thread;
        threads = more;
        return thread;
    }

    void remove(UserThread thread) {
        threads =
                Arrays.stream(threads)
                        .filter(other -> !other.equals(thread))
                        .toArray(UserThread[]::new);
    }

    /** Sleeps until the threads are in some state. */
    void await(BooleanSupplier condition) {
        exited.waitEvent(condition);
    }

    /** Sleeps until the process has ended, which nobody says it ever has to. */
    void awaitExit() {
        exited.waitEventIdle(this::isDead);
    }

    private List<Task> tasks() {
        return Arrays.stream(threads).map(UserThread::task).filter(task -> !task.isDead()).toList();
    }

    void wakeWaiters() {
        exited.wakeUpAll();
    }

    // ---- The family ----------------------------------------------------------------------------

    List<UserProcess> children() {
        return children;
    }

    /** Where the process waits for a child. */
    WaitQueue childExit() {
        return childExit;
    }

    boolean isLeaderGone() {
        return isLeaderGone;
    }

    void setLeaderGone(boolean value) {
        isLeaderGone = value;
    }

    /** Whether it has ended, and its parent has not waited for it. */
    boolean isZombie() {
        return isZombie;
    }

    void setZombie(boolean value) {
        isZombie = value;
    }

    // ---- The end -------------------------------------------------------------------------------

    /** Sets the exit code, unless the process is dying of something else; whether it did. */
    boolean die(int code) {
        return exitCode.compareAndSet(ALIVE, code);
    }

    /** The exit code; 0 as long as there is none. */
    int exitCode() {
        int code = exitCode.get();
        return code == ALIVE ? 0 : code;
    }

    /**
     * Sets the code that {@code self} ends with, and has the others end where all do. Models {@code
     * do_group_exit()} and {@code synchronize_group_exit()}.
     *
     * @return whether it is the last to begin
     */
    boolean beginExit(UserThread self) {
        Sighand sighand = process.sighand();
        boolean flags = sighand.siglock().lockIrqsave();
        boolean isLast = live.decrementAndGet() == 0;
        if (isLast) {
            var _ = die(self.ownCode());
        }
        int code = exitCode.get();
        if (code != ALIVE && !isLast) {
            sighand.killLocked(self);
        }
        self.setExitCode(code == ALIVE ? self.ownCode() : code);
        sighand.siglock().unlockIrqrestore(flags);
        return isLast;
    }

    /** The thread has ended; whether it was the last. */
    boolean end(UserThread self) {
        self.setEnded();
        return unfinished.decrementAndGet() == 0;
    }

    /** All has ended. */
    void setDead() {
        boolean flags = process.sighand().siglock().lockIrqsave();
        dead = true;
        process.sighand().siglock().unlockIrqrestore(flags);
    }

    boolean isDead() {
        return dead;
    }

    // ---- An exec -------------------------------------------------------------------------------

    /** Whether {@code self} may kill the others. The caller holds the lock of signals. */
    boolean beginExec(UserThread self) {
        if (exitCode.get() != ALIVE || execThread != null) {
            return false;
        }
        execThread = self;
        return true;
    }

    void endExec() {
        execThread = null;
    }

    void wakeExec() {
        if (execThread != null) {
            exited.wakeUpAll();
        }
    }

    // ---- A dump of core ------------------------------------------------------------------------

    boolean dumpsCore() {
        return dumpsCore;
    }

    void setDumpsCore(boolean value) {
        dumpsCore = value;
    }

    /** Whether nothing else has killed the process. The caller holds the lock of signals. */
    boolean beginDump(int signal) {
        boolean isFirst = die(signal);
        isDumping = isFirst;
        return isFirst;
    }

    void endDump(int signal) {
        if (dumpsCore) {
            exitCode.set(signal | ExitStatus.CORE_DUMPED);
        }
        isDumping = false;
        exited.wakeUpAll();
    }

    /** {@code coredump_task_exit()}: a thread that exits waits for the dump of another. */
    void awaitDump() {
        if (isDumping) {
            exited.wakeUpAll();
            exited.waitEvent(() -> !isDumping);
        }
    }
}
