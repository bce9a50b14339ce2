package org.vkernel.emulator.process;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.mm.UserPages;
import org.vkernel.emulator.sched.KernelHalt;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskExit;
import org.vkernel.emulator.sched.TaskState;

/**
 * A user process: an address space's worth of identity, descriptors and threads.
 *
 * <p>Models a thread group (kernel/fork.c, exit.c, signal.c, sys.c). Its body gets it as its
 * handle, and makes system calls by it, which throw {@link ErrnoException} where they fail; others
 * use it to wait for the process or to kill it.
 */
public final class UserProcess {
    /** {@code SIGINT}. */
    public static final int SIGINT = 2;

    /** {@code SIGABRT}: dumps core. */
    public static final int SIGABRT = 6;

    /** {@code SIGKILL}: cannot be handled. */
    public static final int SIGKILL = 9;

    /** {@code SIGUSR1}. */
    public static final int SIGUSR1 = 10;

    /** {@code SIGSEGV}: dumps core. */
    public static final int SIGSEGV = 11;

    /** {@code SIGTERM}. */
    public static final int SIGTERM = 15;

    /** {@code SIGCHLD}: a child has ended; does nothing unless handled. */
    public static final int SIGCHLD = 17;

    private final ProcessTable table;
    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final int tgid;
    private final Sighand sighand;
    private final FileTable files;
    private final ProcessThreads threads;
    private final UserPages pages;
    private volatile Credentials credentials;
    private volatile String[] program = {"init"};

    private volatile int session;

    /** What it holds until it is released; null if the host made it. */
    private volatile TaskMemory.@Nullable Objects memory;

    private volatile @Nullable Throwable failure;

    /** Makes a process without threads. */
    UserProcess(ProcessTable table, int tgid, Credentials credentials) {
        this.table = table;
        this.kernel = table.kernel();
        this.sched = kernel.sched();
        this.tgid = tgid;
        this.credentials = credentials;
        this.sighand = new Sighand(this, sched);
        this.files = new FileTable(sched, kernel.mm());
        this.threads = new ProcessThreads(this, sched);
        this.pages = kernel.mm().newUserPages();
    }

    public VirtualKernel kernel() {
        return kernel;
    }

    ProcessTable table() {
        return table;
    }

    Sighand sighand() {
        return sighand;
    }

    /**
     * Whether a descriptor may be closed by another thread while a call uses it, so that the call
     * must hold its file.
     */
    public boolean sharesFiles() {
        return threads.all().length > 1;
    }

    TaskMemory.@Nullable Objects memory() {
        return memory;
    }

    void setMemory(TaskMemory.Objects objects) {
        memory = objects;
    }

    /** What its threads have in common. */
    ProcessThreads threads() {
        return threads;
    }

    /** The thread group's id, which user space calls the process id. */
    public int tgid() {
        return tgid;
    }

    /** The first thread's name. */
    public String comm() {
        return threads.all().length == 0 ? program[0] : leader().comm();
    }

    public FileTable files() {
        return files;
    }

    private int call(String name, IntSupplier body) {
        int result = kernel.call(body::getAsInt);
        if (result < 0) {
            throw new ErrnoException(name, result == -Errno.ERESTARTSYS ? -Errno.EINTR : result);
        }
        return result;
    }

    // ---- Threads -------------------------------------------------------------------------------

    /** The first thread, whose end is the process's where it is the last. */
    public UserThread leader() {
        return threads.leader();
    }

    /** The thread that the running task is. */
    public UserThread currentThread() {
        return table.current();
    }

    /**
     * Starts another thread, which shares all that the process has. The process ends when its first
     * thread's body returns, or when all threads have ended.
     *
     * <p>Models {@code clone(CLONE_THREAD)}.
     */
    public UserThread startThread(ProcessBody body) {
        UserThread[] made = new UserThread[1];
        call(
                "clone",
                () -> {
                    ProcessFork.Result result = ProcessFork.startThread(this, body);
                    made[0] = result.thread();
                    return result.error();
                });
        return Objects.requireNonNull(made[0]);
    }

    // ---- Fork and exec -------------------------------------------------------------------------

    /**
     * Makes a child, which runs {@code child} and then exits with status 0. It shares the open
     * files, and has its parent's credentials, handlers of signals, session and name.
     *
     * <p>Models {@code fork()}. N.B. the body is Java and sees the variables of its parent.
     *
     * @throws ErrnoException {@code ENOMEM}
     */
    public UserProcess fork(ProcessBody child) {
        UserProcess made = kernel.call(() -> ProcessFork.fork(table, child));
        if (made == null) {
            throw new ErrnoException("fork", Errno.ENOMEM);
        }
        return made;
    }

    /** What {@code copy_process()} copies: 0 or {@code -ENOMEM}. */
    int copyTo(UserProcess child) {
        int error = files.copyTo(child.files);
        if (error != 0) {
            return error;
        }
        sighand.copyTo(child.sighand);
        child.program = program;
        child.session = session;
        child.threads.setDumpsCore(threads.dumpsCore());
        return 0;
    }

    /**
     * Becomes another program: what the running thread does from now on. Its name is the last part
     * of {@code path}, cut to 15 characters; handlers of signals are forgotten, and all other
     * threads are killed first.
     *
     * <p>Models {@code execve()}.
     *
     * @param args what follows the program's name in its command line
     */
    public void exec(String path, String... args) {
        call("execve", () -> ProcessExec.exec(this, path, args));
    }

    void setProgram(String path, String... args) {
        String[] argv = new String[args.length + 1];
        argv[0] = path;
        System.arraycopy(args, 0, argv, 1, args.length);
        program = argv;
    }

    /** The command line: the program and its arguments, as {@code /proc/PID/cmdline} tells. */
    public List<String> commandLine() {
        return List.of(program);
    }

    /** Its first thread has been given its program by the host: tells of it as of an exec. */
    void tellOfProgram() {
        if (!table.observers().isEmpty()) {
            kernel.run(() -> ProcessExec.tell(table.current()));
        }
    }

    /** Makes the calling host thread its first thread, and tells of it as of a fork and an exec. */
    void attach(String comm) {
        Task task = sched.adoptThread(tgid, comm, this);
        try {
            kernel.run(() -> {
                UserThread first = ProcessFork.adopt(this, task);
                ProcessFork.tell(table, first);
            });
            tellOfProgram();
        } catch (TaskExit exit) {
            // It was killed already, and hears of it at its next call.
        } catch (KernelFailedException failed) {
            sched.dismissThread(task);
            throw failed;
        }
    }

    /** The host thread that {@link #attach} took exits from the process. */
    public void detach() {
        Task task = sched.current();
        try {
            die(0);
            sched.syscallEnter();
            ProcessExit.exit(table.current());
        } catch (KernelHalt halt) {
            // It is gone with its kernel.
        } finally {
            sched.dismissThread(task);
        }
    }

    // ---- The end -------------------------------------------------------------------------------

    /** What a thread of it does. */
    void main(ProcessBody body) {
        Task task = sched.current();
        UserThread self = Objects.requireNonNull(threads.of(task));
        try {
            if (!task.fatalSignalPending()) {
                body.run(this);
                if (self.isLeader()) {
                    die(0);
                }
            }
        } catch (TaskExit exit) {
            // exit() or a fatal signal: the code is set.
        } catch (KernelHalt halt) {
            throw halt;
        } catch (Throwable thrown) {
            fail(task, thrown);
        }
        sched.syscallEnter();
        ProcessExit.exit(self);
    }

    private void fail(Task task, Throwable thrown) {
        if (!task.isDying()) { // else it only wraps what was to unwind it
            failure = thrown;
            die(134 << 8);
            kernel.processFailed(this, thrown);
        }
    }

    /** Sets the exit code, unless it is dying of something else already. */
    public void die(int code) {
        var _ = threads.die(code);
    }

    /** {@code exit()}: ends the process; what it holds is released. Does not return. */
    public void exit(int status) {
        die((status & 0xff) << 8);
        if (threads.all().length > 1) {
            kernel.run(() -> sighand.killOthers(table.current()));
        }
        throw new TaskExit();
    }

    /**
     * Ends the running thread alone, and the process if it was the last: the system call {@code
     * exit}. Does not return.
     */
    public void exitThread(int status) {
        table.current().setOwnCode((status & 0xff) << 8);
        throw new TaskExit();
    }

    /** Whether it has ended. */
    public boolean isDead() {
        return threads.isDead();
    }

    /** What {@code wait()} would tell: {@code status << 8}, or the signal that killed it. */
    public int exitCode() {
        return threads.exitCode();
    }

    /** The exception that ended it, or null. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Sleeps until the process has ended. Context: process, of another; sleeps. */
    public void awaitExit() {
        threads.awaitExit();
    }

    /**
     * Waits until a child has ended, and forgets it.
     *
     * @param pid which child; -1: any
     * @throws ErrnoException {@code ECHILD} if there is no such child; {@code EINTR}
     */
    public ExitStatus waitFor(int pid) {
        @Nullable ExitStatus[] status = new ExitStatus[1];
        call("wait4", () -> ProcessExit.waitFor(this, pid, status));
        return Objects.requireNonNull(status[0]);
    }

    // ---- Who it is -----------------------------------------------------------------------------

    /** Its user and group ids. */
    public Credentials credentials() {
        return credentials;
    }

    void setCredentials(Credentials changed) {
        credentials = changed;
    }

    /** The effective user id. */
    public int uid() {
        return credentials.euid();
    }

    /** The effective group id. */
    public int gid() {
        return credentials.egid();
    }

    /** {@code capable()}: user 0 has every capability, others none. */
    public boolean isCapable() {
        return credentials.isCapable();
    }

    /** {@code setuid()}. */
    public void setuid(int uid) {
        call("setuid", () -> ProcessIds.setUsers(this, users().set(uid, isCapable())));
    }

    /** {@code setreuid()}; {@link Credentials#KEEP} leaves an id. */
    public void setreuid(int real, int effective) {
        call(
                "setreuid",
                () -> ProcessIds.setUsers(this, users().setReal(real, effective, isCapable())));
    }

    /** {@code setresuid()}; {@link Credentials#KEEP} leaves an id. */
    public void setresuid(int real, int effective, int saved) {
        call(
                "setresuid",
                () ->
                        ProcessIds.setUsers(
                                this, users().setAll(real, effective, saved, isCapable())));
    }

    /** {@code setgid()}. */
    public void setgid(int gid) {
        call("setgid", () -> ProcessIds.setGroups(this, groups().set(gid, isCapable())));
    }

    /** {@code setregid()}; {@link Credentials#KEEP} leaves an id. */
    public void setregid(int real, int effective) {
        call(
                "setregid",
                () -> ProcessIds.setGroups(this, groups().setReal(real, effective, isCapable())));
    }

    /** {@code setresgid()}; {@link Credentials#KEEP} leaves an id. */
    public void setresgid(int real, int effective, int saved) {
        call(
                "setresgid",
                () ->
                        ProcessIds.setGroups(
                                this, groups().setAll(real, effective, saved, isCapable())));
    }

    private IdChange users() {
        return ProcessIds.users(credentials);
    }

    private IdChange groups() {
        return ProcessIds.groups(credentials);
    }

    /** {@code getsid()}: the session; 0 is that of init. */
    public int session() {
        return session;
    }

    /**
     * {@code setsid()}: begins a session.
     *
     * @return its id, the process's own
     * @throws ErrnoException {@code EPERM} if the process leads one already
     */
    public int setsid() {
        return call("setsid", () -> ProcessIds.setSession(this));
    }

    /** Whether it begins one. The caller holds the list of tasks. */
    boolean beginSession() {
        if (session == tgid) {
            return false;
        }
        session = tgid;
        return true;
    }

    /** {@code prctl(PR_SET_NAME)}: names the running thread; cut to 15 characters. */
    public void setName(String name) {
        call("prctl", () -> ProcessIds.setName(this, name));
    }

    /** {@code prctl(PR_GET_NAME)}. */
    public String name() {
        return currentThread().comm();
    }

    /**
     * {@code ptrace(PTRACE_SEIZE)}: the running thread traces the thread {@code pid}, which is not
     * stopped.
     *
     * @throws ErrnoException {@code ESRCH}, {@code EPERM}
     */
    public void ptraceAttach(int pid) {
        call("ptrace", () -> ProcessIds.attach(this, pid));
    }

    /**
     * {@code ptrace(PTRACE_DETACH)}.
     *
     * @throws ErrnoException {@code ESRCH} if the running thread does not trace it
     */
    public void ptraceDetach(int pid) {
        call("ptrace", () -> ProcessIds.detach(this, pid));
    }

    // ---- Memory --------------------------------------------------------------------------------

    /** Its memory, as the kernel sees it. */
    public UserPages pages() {
        return pages;
    }

    /**
     * Touches so many pages of its own for the first time: each is a page fault, for which the
     * kernel finds memory, by reclaim or by killing a process if need be.
     *
     * @throws ErrnoException {@code ENOMEM} if a fault is made to fail
     */
    public void touchPages(int count) {
        Memory mm = kernel.mm();
        for (int i = 0; i < count; i++) {
            call("page fault", () -> mm.touchPage(pages));
        }
    }

    /** Gives so many pages back, those touched last first: {@code munmap()}. */
    public void releasePages(int count) {
        kernel.run(() -> kernel.mm().releasePages(pages, count));
    }

    /** Reads so many pages of files, which stay in the page cache. Returns how many were read. */
    public int readPages(int count) {
        return call("read", () -> kernel.mm().pageCache().read(sched.current(), count));
    }

    // ---- Signals -------------------------------------------------------------------------------

    /**
     * Sets what runs when {@code signal} arrives, in the process's first thread that has not begun
     * to exit, at its next return to user code.
     */
    public void handle(int signal, Runnable handler) {
        sighand.handle(signal, handler);
    }

    /** Has {@code signal} do nothing; with SIGCHLD, nobody is to wait for the children. */
    public void ignore(int signal) {
        sighand.ignore(signal);
    }

    /**
     * Sends a signal: one that is not handled kills, or dumps core, or does nothing, by its kind.
     * Models {@code kill()}. Context: any.
     */
    public void signal(int signal) {
        sighand.send(signal);
    }

    /** Runs the handlers of pending signals; called at the return to user code. */
    public void deliverSignals(Task task) {
        sighand.deliver(task);
    }

    /**
     * The running thread does what the processor refuses: it gets {@code signal}, {@code SIGSEGV}
     * for example. Returns if that is handled.
     *
     * <p>Models {@code force_sig()}.
     */
    public void crash(int signal) {
        kernel.run(() -> sched.current().addPendingSignals(Signals.bit(signal)));
    }

    /** Whether core is dumped of it: {@code RLIMIT_CORE}, which is unlimited at first, or 0. */
    public void limitCore(boolean allowed) {
        threads.setDumpsCore(allowed);
    }

    void dumpCore(int signal) {
        kernel.run(() -> ProcessCore.dump(this, signal));
    }

    // ---- The rest ------------------------------------------------------------------------------

    /**
     * Sleeps exactly that long. Models {@code nanosleep()}.
     *
     * @throws ErrnoException {@code EINTR} if a signal that is handled came first
     */
    public void sleep(Duration time) {
        call("nanosleep", () -> kernel.hrTimers().sleep(time.toNanos(), TaskState.INTERRUPTIBLE));
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
