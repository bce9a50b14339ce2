package org.vkernel.emulator.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.sched.KernelHalt;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskExit;
import org.vkernel.emulator.sched.TaskState;

/**
 * A user process: an address space's worth of identity, descriptors and threads.
 *
 * <p>Models a thread group (kernel/fork.c, exit.c, signal.c). Its body gets it as its handle;
 * others use it to wait for it or to kill it.
 */
public final class UserProcess {
    /** {@code SIGINT}. */
    public static final int SIGINT = 2;

    /** {@code SIGKILL}: cannot be handled. */
    public static final int SIGKILL = 9;

    /** {@code SIGUSR1}. */
    public static final int SIGUSR1 = 10;

    /** {@code SIGTERM}. */
    public static final int SIGTERM = 15;

    /** As {@link #exitCode}: it has none yet. */
    private static final int ALIVE = -1;

    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final int tgid;
    private final SpinLock sighand;
    private final FileTable files;
    private final WaitQueue exited;
    private final List<Task> threads = new ArrayList<>();
    private final AtomicReferenceArray<@Nullable Runnable> handlers =
            new AtomicReferenceArray<>(64);
    private volatile int uid;
    private volatile int gid;

    /** Its exit code; what is set first stays. */
    private final AtomicInteger exitCode = new AtomicInteger(ALIVE);

    private volatile boolean dead;
    private volatile @Nullable Throwable failure;

    /**
     * Makes a process without threads; see {@link VirtualKernel#spawn}.
     *
     * @param uid its user id; 0 has all capabilities
     */
    public UserProcess(VirtualKernel kernel, int tgid, int uid, int gid) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.tgid = tgid;
        this.uid = uid;
        this.gid = gid;
        this.sighand = new SpinLock(sched, "sighand->siglock");
        this.files = new FileTable(sched);
        this.exited = new WaitQueue(sched, "the exit of process " + tgid);
    }

    public VirtualKernel kernel() {
        return kernel;
    }

    /** The thread group's id, which user space calls the process id. */
    public int tgid() {
        return tgid;
    }

    /** The effective user id. */
    public int uid() {
        return uid;
    }

    /** The effective group id. */
    public int gid() {
        return gid;
    }

    /** Sets the ids, as a privileged {@code setresuid()} and {@code setresgid()} do. */
    public void setCredentials(int newUid, int newGid) {
        uid = newUid;
        gid = newGid;
    }

    /** {@code capable()}: user 0 has every capability, others none. */
    public boolean isCapable() {
        return uid == 0;
    }

    /** The first thread's name. */
    public String comm() {
        return threads.isEmpty() ? "init" : threads.getFirst().comm();
    }

    public FileTable files() {
        return files;
    }

    /** Starts its first thread. */
    public void start(String comm, ProcessBody body) {
        Task task = sched.newTask(tgid, comm, this, 0, () -> main(body));
        threads.add(task);
        sched.admit(task);
    }

    /** Makes the calling host thread its first thread; see {@link VirtualKernel#attach}. */
    public void attach(String comm) {
        threads.add(sched.adoptThread(tgid, comm, this));
    }

    /** The host thread that {@link #attach} took exits from the process. */
    public void detach() {
        Task task = sched.current();
        try {
            die(0);
            sched.syscallEnter();
            exit(task);
        } catch (KernelHalt halt) {
            // It is gone with its kernel.
        } finally {
            sched.dismissThread(task);
        }
    }

    private void main(ProcessBody body) {
        Task self = sched.current();
        try {
            if (!self.fatalSignalPending()) {
                body.run(this);
            }
        } catch (TaskExit exit) {
            // exit() or a fatal signal: the code is set.
        } catch (KernelHalt halt) {
            throw halt;
        } catch (Throwable thrown) {
            fail(self, thrown);
        }
        die(0);
        exit(sched.syscallEnter());
    }

    private void fail(Task self, Throwable thrown) {
        if (!self.isDying()) { // else it only wraps what was to unwind it
            failure = thrown;
            die(134 << 8);
            kernel.processFailed(this, thrown);
        }
    }

    /** Sets the exit code, unless it is dying of something else already. */
    public void die(int code) {
        exitCode.compareAndSet(ALIVE, code);
    }

    /** Models {@code do_exit()}: releases all that the process holds. */
    private void exit(Task task) {
        task.setInKernel(true);
        task.setFlags(Task.PF_EXITING);
        files.closeAll();
        sighand.lock();
        dead = true;
        sighand.unlock();
        kernel.processGone(this);
        exited.wakeUpAll();
    }

    /** {@code exit()}: ends the process; what it holds is released. Does not return. */
    public void exit(int status) {
        die((status & 0xff) << 8);
        throw new TaskExit();
    }

    /**
     * Sets what runs when {@code signal} arrives, in the process, at its next return to user code.
     */
    public void handle(int signal, Runnable handler) {
        handlers.set(signal, handler);
    }

    /** Sends a signal: one that is not handled kills. Models {@code kill()}. Context: any. */
    public void signal(int signal) {
        sighand.lock();
        if (!dead) {
            long bits = 1L << signal;
            if (signal == SIGKILL || handlers.get(signal) == null) {
                die(signal);
                bits |= 1L << SIGKILL;
            }
            for (Task thread : threads) {
                thread.addPendingSignals(bits);
                boolean fatal = (bits & 1L << SIGKILL) != 0;
                int mask = TaskState.INTERRUPTIBLE | (fatal ? TaskState.WAKEKILL : 0);
                var _ = sched.wakeUp(thread, mask);
            }
        }
        sighand.unlock();
    }

    /** Runs the handlers of pending signals; called at the return to user code. */
    public void deliverSignals(Task task) {
        for (long rest = task.takePendingSignals(); rest != 0; rest &= rest - 1) {
            Runnable handler = handlers.get(Long.numberOfTrailingZeros(rest));
            if (handler != null) {
                handler.run();
            }
        }
    }

    /** Whether it has ended. */
    public boolean isDead() {
        return dead;
    }

    /** What {@code wait()} would tell: {@code status << 8}, or the signal that killed it. */
    public int exitCode() {
        int code = exitCode.get();
        return code == ALIVE ? 0 : code;
    }

    /** The exception that ended it, or null. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Sleeps until the process has ended. Context: process, of another; sleeps. */
    public void awaitExit() {
        exited.waitEvent(() -> dead);
    }

    /**
     * Sleeps exactly that long. Models {@code nanosleep()}.
     *
     * @throws ErrnoException {@code EINTR} if a signal that is handled came first
     */
    public void sleep(Duration time) {
        int result =
                kernel.call(() -> kernel.hrTimers().sleep(time.toNanos(), TaskState.INTERRUPTIBLE));
        if (result < 0) {
            throw new ErrnoException("nanosleep", result);
        }
    }

    /**
     * Reads a whole file of procfs.
     *
     * @throws ErrnoException {@code ENOENT} if there is none
     */
    public String readFile(String path) {
        return kernel.readProc(path);
    }

    /** Writes a line to the process's standard output. */
    public void print(@Nullable Object line) {
        kernel.output(this, String.valueOf(line));
    }

    @Override
    public String toString() {
        return comm() + "[" + tgid + "]";
    }
}
