package org.vkernel.emulator;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.emulator.irq.Softirqs;
import org.vkernel.emulator.irq.Tasklets;
import org.vkernel.emulator.kthread.Kthreads;
import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.mm.FaultInjection;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.mm.ObjectTracker;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.Modules;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.printk.Printk;
import org.vkernel.emulator.proc.ProcFs;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.ProcessBody;
import org.vkernel.emulator.process.ProcessTable;
import org.vkernel.emulator.process.TaskMemory;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.KernelHalt;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.StepObserver;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.skb.SkBuffs;
import org.vkernel.emulator.sock.Sockets;
import org.vkernel.emulator.time.Clock;
import org.vkernel.emulator.time.HrTimers;
import org.vkernel.emulator.time.Timers;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.emulator.workqueue.Workqueues;

/**
 * A virtual kernel: boots, owns and ends everything.
 *
 * <p>Any number of kernels live in one JVM at once. The thread that boots one is its first process,
 * init (pid 1), whenever it calls a method here; on the simulated machine nothing runs between such
 * calls. Closing a kernel kills its processes, unloads its modules and checks for leaks.
 */
public final class VirtualKernel implements AutoCloseable {
    private static final TraceKind PRINT = TraceKind.of("process", "print", "hash", "", "");

    /** What is there without being loaded, in the order of its making. */
    static final ImmutableList<Subsystem> BUILT_IN =
            ImmutableList.sortedCopyOf(
                    Comparator.comparingInt(Subsystem::level),
                    ServiceLoader.load(Subsystem.class, VirtualKernel.class.getClassLoader()));

    private final KernelConfig config;
    private final Variants variants;
    private final Scheduler sched;
    private final Trace trace;
    private final Printk printk;
    private final ProcFs proc;
    private final Softirqs softirqs;
    private final Clock clock;
    private final Timers timers;
    private final HrTimers hrTimers;
    private final Tasklets tasklets;
    private final Workqueues workqueues;
    private final Kthreads kthreads;
    private final Rcu rcu;
    private final Modules modules;
    private final Memory mm;
    private final FaultInjection faults;
    private final @Nullable ObjectTracker objectTracker;
    private final SkBuffs skbs;
    private final Sockets sockets;
    private final ProcessTable processTable;
    private final SplitMix random;
    private final Map<Class<?>, Object> services = new ConcurrentHashMap<>();
    private final KernelEvents events = new KernelEvents(this);
    private final Failures failures = new Failures(this);
    private final KernelEntry entry;
    private final KernelEnd end;

    private VirtualKernel(KernelConfig config) {
        this.config = config;
        this.variants = new Variants(config.profile(), config.variants());
        KernelCheckers checkers = new KernelCheckers(this, config);
        this.sched = checkers.newScheduler(events);
        checkers.watch(sched);
        this.trace = new Trace(sched, config.traceListener());
        this.printk = new Printk(sched, trace, config.log());
        this.random = new SplitMix(~config.seed());
        Task initTask = sched.boot();
        sched.hostEnter(initTask);
        this.softirqs = new Softirqs(sched, trace, config.profile().leavesSoftirqsToKsoftirqd());
        this.clock = new Clock(sched, config.ticksPerSecond());
        this.timers = new Timers(sched, clock, softirqs, trace);
        this.hrTimers = new HrTimers(timers);
        this.tasklets = new Tasklets(sched, softirqs, trace);
        this.workqueues = new Workqueues(sched, timers, trace, config.profile().hasWorkerPools());
        this.proc = new ProcFs(sched);
        this.rcu = new Rcu(sched, softirqs);
        this.modules = new Modules(this);
        this.mm = new Memory(this, config.memory(), config.pageCache());
        this.objectTracker = checkers.trackObjects(sched);
        mm.setObserver(objectTracker);
        TaskMemory taskMemory = new TaskMemory(sched, mm);
        this.kthreads = new Kthreads(sched, mm, taskMemory);
        this.faults = new FaultInjection(mm, sched, printk, trace, this::random);
        this.skbs = new SkBuffs(sched, trace, mm, config.profile(), config.checks(), this::report);
        this.sockets = new Sockets(sched, mm, hrTimers);
        this.entry = new KernelEntry(this, failures);
        this.end = new KernelEnd(this, entry, events);
        this.processTable = new ProcessTable(this, taskMemory, initTask);
        for (Variant variant : variants.active()) {
            printk.printk(LogLevel.WARNING, "variant %s", variant);
        }
        for (Subsystem subsystem : BUILT_IN) {
            subsystem.init(this);
        }
        proc.setMemory(mm);
        workqueues.setMemory(mm);
        if (!config.faults().isEmpty()) {
            faults.set(config.faults());
        }
        sched.hostLeave(initTask);
    }

    /**
     * Boots a kernel; the calling thread becomes its init.
     *
     * @throws IllegalArgumentException if a variant has nothing to change in the profile
     */
    public static VirtualKernel boot(KernelConfig config) {
        return new VirtualKernel(config);
    }

    /** Whether it has had a lock that {@link KernelConfig#lockOff} names. */
    public boolean hasLockOff() {
        SimMachine sim = sched.sim();
        return sim != null && sim.hasLockOff();
    }

    // ---- The parts ---------------------------------------------------------------------------

    public KernelConfig config() {
        return config;
    }

    public Profile profile() {
        return config.profile();
    }

    /** Where a part asks for its policies; the historical bugs that this kernel has. */
    public Variants variants() {
        return variants;
    }

    public Scheduler sched() {
        return sched;
    }

    public Trace trace() {
        return trace;
    }

    public Printk printk() {
        return printk;
    }

    /** Writes a line into the log: see {@link Printk#printk}. */
    @FormatMethod
    public void printk(LogLevel level, @FormatString String format, Object... args) {
        printk.printk(level, format, args);
    }

    public ProcFs proc() {
        return proc;
    }

    /**
     * What a read of a file below {@code /proc} gives to the calling process, or to init.
     *
     * @throws ErrnoException {@code ENOENT} if there is none
     */
    public String readProc(String path) {
        String text = call(() -> proc.read(path));
        if (text == null) {
            throw new ErrnoException("open " + path, Errno.ENOENT);
        }
        return text;
    }

    public Softirqs softirqs() {
        return softirqs;
    }

    /** The clock: time since boot, and jiffies. */
    public Clock clock() {
        return clock;
    }

    /** The timer wheels, and sleeping by ticks. */
    public Timers timers() {
        return timers;
    }

    /** Exact timers, and sleeping by nanoseconds. */
    public HrTimers hrTimers() {
        return hrTimers;
    }

    /** The CPUs' tasklets. */
    public Tasklets tasklets() {
        return tasklets;
    }

    /** Work queues, of the kind that the profile's version has. */
    public Workqueues workqueues() {
        return workqueues;
    }

    /** Starts kernel threads. */
    public Kthreads kthreads() {
        return kthreads;
    }

    public Rcu rcu() {
        return rcu;
    }

    public Modules modules() {
        return modules;
    }

    /** Memory, as {@code kmalloc()} and its kin see it. */
    public Memory mm() {
        return mm;
    }

    /** Makes allocations fail. */
    public FaultInjection faults() {
        return faults;
    }

    /** What notes where objects are allocated; null where the checkers are off. */
    public @Nullable ObjectTracker objectTracker() {
        return objectTracker;
    }

    /** The allocator of sk_buffs. */
    public SkBuffs skbs() {
        return skbs;
    }

    /** The families of sockets. */
    public Sockets sockets() {
        return sockets;
    }

    /** The first process, whose thread is the host's. */
    public UserProcess init() {
        return processTable.init();
    }

    /** All processes, and who is told of their lives. */
    public ProcessTable processTable() {
        return processTable;
    }

    /**
     * Random bits from the machine's own source, the same for the same seed ({@code
     * get_random_u64()}).
     */
    public long random() {
        SimMachine sim = sched.sim();
        if (sim != null) {
            sim.touched(StepObserver.RANDOM, true);
        }
        synchronized (random) {
            return random.nextLong();
        }
    }

    /** Makes a part known by its type, for {@link #use}. */
    public <T> void provide(Class<T> type, T part) {
        Object before = services.putIfAbsent(type, part);
        Preconditions.checkState(before == null, "%s is provided twice", type.getName());
    }

    /** Takes a part back that {@link #provide} made known. */
    public void withdraw(Class<?> type) {
        services.remove(type);
    }

    /**
     * The part of this type.
     *
     * @throws IllegalStateException if nothing loaded provides it
     */
    public <T> T use(Class<T> type) {
        T part = find(type);
        Preconditions.checkState(
                part != null, "nothing provides %s: is its module loaded?", type.getName());
        return part;
    }

    /** The part of this type, or null. */
    public <T> @Nullable T find(Class<T> type) {
        return type.cast(services.get(type));
    }

    // ---- The host's side ---------------------------------------------------------------------

    /**
     * Runs {@code body} in the kernel, in process context: of init where the host's thread calls,
     * of the calling task else. Within a call it is just run.
     *
     * <p>What a process's system call throws is an oops, and kills the process; what is thrown to
     * the host comes out of here.
     *
     * @throws KernelFailedException if the run ended in there
     */
    public <T extends @Nullable Object> T call(Supplier<T> body) {
        return entry.call(body);
    }

    /** As {@link #call}, for what gives nothing back. */
    public void run(Runnable body) {
        var _ =
                this.<@Nullable Object>call(() -> {
                    body.run();
                    return null;
                });
    }

    /**
     * Loads a module, as {@code insmod} does.
     *
     * @param params {@code name=value} each
     * @throws ErrnoException if that fails; {@link Modules#lastError} says why
     */
    public void insmod(Class<? extends KernelModule> type, String... params) {
        throwErrno("insmod", call(() -> modules.insmod(type, parseParams(params))));
    }

    /** As {@link #insmod}, after the modules that it depends on. */
    public void modprobe(Class<? extends KernelModule> type, String... params) {
        throwErrno("modprobe", call(() -> modules.modprobe(type, parseParams(params))));
    }

    /**
     * Unloads a module.
     *
     * @throws ErrnoException if that fails
     */
    public void rmmod(String name) {
        throwErrno("rmmod", call(() -> modules.rmmod(name)));
    }

    private void throwErrno(String call, int result) {
        if (result < 0) {
            throw new ErrnoException(call + " (" + modules.lastError() + ")", -result);
        }
    }

    private static Map<String, String> parseParams(String... params) {
        Map<String, String> parsed = new LinkedHashMap<>();
        for (String param : params) {
            int equals = param.indexOf('=');
            if (equals < 0) {
                parsed.put(param, "");
            } else {
                parsed.put(param.substring(0, equals), param.substring(equals + 1));
            }
        }
        return parsed;
    }

    /** Starts a process of user 0; it runs when the host lets time pass. */
    public UserProcess spawn(String comm, ProcessBody body) {
        return spawn(comm, 0, body);
    }

    /** Starts a process of user {@code uid}. */
    public UserProcess spawn(String comm, int uid, ProcessBody body) {
        return call(() -> processTable.spawn(comm, Credentials.of(uid, uid), body));
    }

    /**
     * Makes the calling host thread a process of user 0 on the parallel machine: its system calls
     * enter the kernel from this thread, until the handle is closed.
     *
     * @throws IllegalStateException on the simulated machine, where only {@link #spawn} starts one
     */
    public AttachedProcess attach(String comm) {
        Preconditions.checkState(
                sched.sim() == null, "a host thread cannot be a process of the simulated machine");
        Preconditions.checkState(
                sched.taskOfThisThread() == null, "this thread is a task of the kernel already");
        return new AttachedProcess(processTable.attach(comm));
    }

    /** Waits until {@code process} has ended, letting the rest run. */
    public void join(UserProcess process) {
        run(process::awaitExit);
        throwFailures();
    }

    /**
     * Lets {@code time} pass, while the rest runs: init sleeps exactly that long. On the parallel
     * machine it is real time.
     *
     * @throws KernelFailedException if a process failed, or the run ended
     */
    public void runFor(Duration time) {
        SimMachine sim = sched.sim();
        run(() -> {
            if (sim != null) {
                sim.hostSleep(time.toNanos());
                return;
            }
            int result = hrTimers.sleep(time.toNanos(), TaskState.UNINTERRUPTIBLE);
            assert result == 0 : result;
        });
        throwFailures();
    }

    /**
     * From now on the strategy is not asked: the run just goes on, up to {@link
     * #resumeExploration}. So a search leaves out what sets a program up and clears it away. On the
     * parallel machine, which makes no choices, nothing changes.
     */
    public void pauseExploration() {
        SimMachine sim = sched.sim();
        if (sim != null) {
            sim.pauseChoices(true);
        }
    }

    /** From now on the strategy is asked again: see {@link #pauseExploration}. */
    public void resumeExploration() {
        SimMachine sim = sched.sim();
        if (sim != null) {
            sim.pauseChoices(false);
        }
    }

    /** Sends a signal from the host. */
    public void kill(UserProcess process, int signal) {
        run(() -> process.signal(signal));
    }

    /** The processes that live, by process id. */
    public List<UserProcess> processes() {
        return processTable.living();
    }

    /** The living process with this id, or null. */
    public @Nullable UserProcess process(int tgid) {
        return processTable.find(tgid);
    }

    // ---- What parts of the kernel tell ---------------------------------------------------------

    /** A process printed a line. */
    public void output(UserProcess process, String line) {
        if (trace.isActive()) {
            trace.emit(PRINT, line.hashCode(), 0, 0, line);
        }
        config.output().accept(line);
    }

    /** A process died of an exception. */
    public void processFailed(UserProcess process, Throwable thrown) {
        failures.addProcess(process);
        config.output().accept(process + ": " + thrown);
    }

    /**
     * Reports a broken rule. Does not return where that ends the run.
     *
     * @param known whether Linux has this one too, so that it neither counts nor ends the run
     */
    public void report(String rule, String what, List<String> stack, boolean known) {
        failures.report(rule, what, stack, known);
    }

    /**
     * As {@link #report(String, String, List, boolean)}, with the other places that belong to it.
     */
    public void report(
            String rule, String what, List<String> stack, ImmutableList<BugReport.Place> others) {
        failures.report(rule, what, stack, others, KnownCounterExamples.isKnown(rule, what));
    }

    /** As {@link #report(String, String, List, ImmutableList)}, of a task that does not run. */
    void reportOf(Task task, String rule, String what, ImmutableList<BugReport.Place> others) {
        failures.report(
                task,
                rule,
                what,
                StackTraces.of(task.stack()),
                others,
                KnownCounterExamples.isKnown(rule, what));
    }

    /** As {@link #report(String, String, List, ImmutableList)}, with the caller's stack. */
    public void report(String rule, String what, ImmutableList<BugReport.Place> others) {
        report(rule, what, StackTraces.here(), others);
    }

    /** An exception left kernel or module code that runs for the current task. */
    public void oops(Throwable thrown) {
        events.oops(sched.current(), thrown, false);
    }

    /** Whether the running task may do what only root may ({@code capable()}). */
    public boolean currentIsCapable() {
        UserProcess process = sched.current().process();
        return process == null || process.isCapable();
    }

    /** Every report so far, the known ones included. */
    public List<BugReport> reports() {
        return failures.reports();
    }

    /** Whether {@link #close} has begun: whatever waits without a limit gives up. */
    public boolean isShuttingDown() {
        return end.hasBegun();
    }

    /** Whether the run has ended. */
    public boolean hasEnded() {
        return sched.halting();
    }

    /** Every answer of the run so far, where the configuration asked to record them. */
    public int[] schedule() {
        SimMachine sim = sched.sim();
        return sim == null ? new int[0] : sim.schedule();
    }

    /** The run has ended: unwinds what is left of it, and says why. */
    KernelFailedException failed() {
        end.unwind();
        return failures.toException("the run has ended");
    }

    private void throwFailures() {
        if (failures.hasProcess()) {
            throw failures.toException("a process failed");
        }
    }

    // ---- The end -----------------------------------------------------------------------------

    /**
     * Shuts the kernel down: kills the processes, unloads the modules, checks for leaks.
     *
     * @throws KernelFailedException if a rule was broken, then or before, or a process died of an
     *     exception
     */
    @Override
    public void close() {
        if (entry.isClosed()) {
            return;
        }
        shutdown();
        if (failures.hasAny()) {
            throw failures.toException("the run failed");
        }
    }

    /** As {@link #close}, but says nothing of failures: the caller reads {@link #reports}. */
    public void shutdown() {
        if (!entry.isClosed()) {
            entry.close(end::run);
        }
    }

    /**
     * Ends the run at once, as a power cut does; the only call that any thread may make. Calls that
     * are in the kernel end with {@link KernelFailedException}.
     */
    public void powerOff() {
        try {
            sched.halt();
        } catch (KernelHalt halt) {
            // That is how it tells the task that calls it.
        }
    }
}
