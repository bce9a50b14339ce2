package org.vkernel.emulator.sched;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.check.Moment;
import org.vkernel.emulator.check.Reporter;
import org.vkernel.emulator.process.UserProcess;

/**
 * Tasks, CPUs and contexts of one kernel, over the machine that executes it.
 *
 * <p>Kernel code is written against this class and the primitives of {@code locking}, {@code
 * shared}, {@code irq} and {@code time}; which machine runs it is a final field, tested where the
 * two differ. Models kernel/sched/core.c and include/linux/preempt.h as far as a kernel of this
 * size needs them.
 */
public final class Scheduler {
    /** The interrupt line of each CPU's timer. */
    public static final int IRQ_TIMER = 0;

    /** As {@link Setup#lockupPoints}: no CPU ever counts as stuck. */
    public static final int NO_LOCKUP_LIMIT = Integer.MAX_VALUE;

    private static final int LINES = 8;
    private static final long UNWIND_PATIENCE_MILLIS = 2_000;

    final Cpu[] cpus;
    final MachineEvents events;
    final boolean fullPreemption;
    final int lockupPoints;
    final long instantPoints;
    final @Nullable SimMachine sim;
    private final @Nullable ParallelMachine par;
    private final IrqHandler[] handlers = new IrqHandler[LINES];
    private final AtomicInteger lastPid = new AtomicInteger(1);
    Task init;
    private @Nullable CodeWatch codeWatch;
    private @Nullable Reporter refReporter;
    private boolean tracesObjects;
    private boolean notesHolders;

    /** Told of contexts and locks; null: nobody. */
    @Nullable ContextWatcher watcher;

    /** See {@link #isSole}. Written by who takes or gives up all slots. */
    boolean sole;

    /** Who keeps all slots, until that is revoked. Written by {@link SoleHolder}. */
    volatile @Nullable Task soleHolder;

    private boolean checksSleeping = true;

    private SoftirqRunner softirqs = (task, irqExit) -> {};

    /** What a machine is made of. */
    public record Setup(
            int cpus,
            boolean fullPreemption,
            int lockupPoints,
            long instantPoints,
            @Nullable Strategy strategy,
            boolean jitter,
            boolean recording,
            int hangMillis,
            int hungTaskSeconds,
            int rcuStallSeconds) {}

    /**
     * Makes a machine; simulated if there is a strategy, else parallel. The calling thread becomes
     * its first task, init.
     */
    @SuppressWarnings("NullAway.Init") // init is set by boot(), which the owner calls next
    public Scheduler(Setup setup, MachineEvents events) {
        this.events = events;
        this.fullPreemption = setup.fullPreemption();
        this.lockupPoints = setup.lockupPoints();
        this.instantPoints = setup.instantPoints();
        cpus = new Cpu[setup.cpus()];
        for (int i = 0; i < cpus.length; i++) {
            Cpu cpu = new Cpu(i);
            cpus[i] = cpu;
            cpu.idle =
                    new Task(
                            this,
                            -i,
                            "swapper/" + i,
                            null,
                            Task.PF_KTHREAD | Task.PF_IDLE,
                            cpu,
                            i,
                            () -> idle(cpu));
            cpu.current = cpu.idle;
        }
        Strategy strategy = setup.strategy();
        if (strategy != null) {
            sim = new SimMachine(this, strategy, setup);
            par = null;
            sole = true;
        } else {
            sim = null;
            par = new ParallelMachine(this);
        }
    }

    private void idle(Cpu cpu) {
        if (sim != null) {
            sim.idle(cpu.idle);
        }
    }

    /** Makes the calling thread the kernel's first task, with pid 1. */
    public Task boot() {
        init = new Task(this, 1, "init", null, 0, cpus[0], -1, () -> {});
        init.started = true;
        if (sim != null) {
            sim.boot(init);
        }
        return init;
    }

    /** Has contexts and locks told from now on. Called before there is a second task. */
    public void addWatcher(ContextWatcher told) {
        ContextWatcher before = watcher;
        watcher = before == null ? told : new ContextWatchers(before, told);
    }

    /** Sets whether sleeping where it is forbidden is reported. */
    public void setChecksSleeping(boolean value) {
        checksSleeping = value;
    }

    /** Whether sleeping where it is forbidden is reported. */
    public boolean checksSleeping() {
        return checksSleeping;
    }

    /** Told of contexts and locks; null: nobody. */
    public @Nullable ContextWatcher watcher() {
        return watcher;
    }

    /** The simulated machine, null on the parallel one. */
    public @Nullable SimMachine sim() {
        return sim;
    }

    private ParallelMachine parallel() {
        return Objects.requireNonNull(par);
    }

    /** Sets whether {@link #moment} keeps a call trace of the kernel's own code. */
    public void setTracesObjects(boolean value) {
        tracesObjects = value;
    }

    /** Sets whether counts of references and sk_buffs note who changed them last. */
    public void setNotesHolders(boolean value) {
        notesHolders = value;
    }

    /**
     * Whether counts of references and sk_buffs note who changed them last: on the parallel machine
     * only if that was asked for, since it costs more than all else there.
     */
    public boolean notesHolders() {
        return notesHolders;
    }

    /** Here and now, for a checker's report: what {@code running}, the current task, does. */
    public Moment moment(Task running) {
        return new Moment(running, running.cpu().index(), tracesObjects);
    }

    /**
     * As {@link #moment}, with a trace in any case that shows whether a module's code allocates.
     */
    public Moment allocation(Task running) {
        return new Moment(running, running.cpu().index(), tracesObjects || running.isInModule());
    }

    /** Who is told of what will call code; null: nobody. */
    public @Nullable CodeWatch codeWatch() {
        return codeWatch;
    }

    /** Sets who is told of what will call code, before anything does. */
    public void setCodeWatch(@Nullable CodeWatch watch) {
        codeWatch = watch;
    }

    /** Where misuse of counts of references is reported; null: nowhere. */
    public @Nullable Reporter refReporter() {
        return refReporter;
    }

    /** Sets where misuse of counts of references is reported, before there is any. */
    public void setRefReporter(@Nullable Reporter reporter) {
        refReporter = reporter;
    }

    /** The running task ({@code current}). */
    public Task current() {
        SimMachine machine = sim;
        if (machine != null) {
            return machine.current;
        }
        Task guess = soleHolder;
        return guess != null && guess.boundThread == Thread.currentThread()
                ? guess
                : parallel().current();
    }

    /** How many CPUs there are ({@code nr_cpu_ids}). */
    public int cpuCount() {
        return cpus.length;
    }

    public Cpu cpu(int index) {
        return cpus[index];
    }

    /**
     * The CPU this code runs on ({@code smp_processor_id()}): stable only while preemption is off.
     */
    public Cpu thisCpu() {
        return current().cpu;
    }

    public Task init() {
        return init;
    }

    /** The task that the calling thread is, or null for a thread of the host's. */
    public @Nullable Task taskOfThisThread() {
        SimMachine machine = sim;
        if (machine == null) {
            return parallel().bound();
        }
        Task task = machine.current;
        return task.thread == Thread.currentThread() ? task : null;
    }

    // ---- The host's thread -------------------------------------------------------------------

    /** A host thread enters the kernel as {@code task}; see {@link #hostLeave}. */
    public void hostEnter(Task task) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.hostEntered(task);
        } else {
            parallel().bind(task);
            parallel().enter(task);
        }
    }

    public void hostLeave(Task task) {
        ParallelMachine machine = par;
        if (machine != null) {
            try {
                machine.leaveHeld(task);
            } finally {
                machine.bind(null);
            }
        }
    }

    /** Leaves the kernel with a task that goes on only to unwind its own code. */
    public void leaveDying(Task task) {
        task.setDying();
        task.addPendingSignals(1L << UserProcess.SIGKILL);
        ParallelMachine machine = par;
        if (machine != null) {
            machine.leaveHeld(task);
        }
    }

    // ---- Tasks -------------------------------------------------------------------------------

    /** The next process or thread id ({@code alloc_pid()}). */
    public int allocatePid() {
        SimMachine machine = sim;
        if (machine != null) {
            machine.touched(StepObserver.PROCESS_IDS, true);
        }
        return lastPid.incrementAndGet();
    }

    /** Lets the next process id be greater than {@code pid}. */
    public void skipPids(int pid) {
        lastPid.accumulateAndGet(pid, Math::max);
    }

    /** Makes a task; it runs after {@link #admit}. */
    public Task newTask(
            int pid, String comm, @Nullable UserProcess process, int flags, Runnable body) {
        return new Task(this, pid, comm, process, flags, current().cpu, -1, body);
    }

    /** Makes a kernel thread that must run on {@code cpu} ({@code kthread_create_on_cpu()}). */
    public Task newPinnedTask(String comm, Cpu cpu, Runnable body) {
        int pid = allocatePid();
        return new Task(this, pid, comm, null, Task.PF_KTHREAD, cpu, cpu.index(), body);
    }

    /**
     * Makes the calling host thread a task of the parallel machine, in user code, until {@link
     * #dismissThread}.
     */
    public Task adoptThread(int pid, String comm, UserProcess process) {
        Task task = new Task(this, pid, comm, process, 0, cpus[pid % cpus.length], -1, () -> {});
        task.started = true;
        task.setAdopted();
        parallel().bind(task);
        return task;
    }

    /** The host thread of an adopted task is none of the kernel's any more. */
    public void dismissThread(Task task) {
        task.setState(TaskState.DEAD);
        task.finished = true;
        hostLeave(task);
    }

    /** Makes a new task runnable ({@code wake_up_new_task()}). */
    public void admit(Task task) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.admit(task);
        } else {
            parallel().admit(task);
        }
    }

    /** Reports a task that ends in a context that it should have left. */
    void checkExit(Task task) {
        leavesKernel(task);
        if (task.preemptCount != 0 || task.irqsOff || task.rcuNesting != 0) {
            events.brokenInContext(
                    "task exit in atomic context",
                    String.format(
                            "%s ended with preempt_count %#x, RCU nest depth %d",
                            task, task.preemptCount, task.rcuNesting));
        }
    }

    /** {@code task} goes back to user code, ends, or has done what it was called for. */
    public void leavesKernel(Task task) {
        ContextWatcher told = watcher;
        if (told != null) {
            told.leavesKernel(task);
        }
    }

    /**
     * Whether no other task can come between the steps of the running one, the caller, so that what
     * must be atomic may be done without: always on the simulated machine, on the parallel one
     * while it holds all CPUs.
     */
    public boolean isSole() {
        assert !sole || sim != null || parallel().isInsideSole() : "not by the holder of all CPUs";
        return sole;
    }

    /**
     * Parallel machine: whether the running task, the caller, holds all CPUs, so that a section
     * which calls nobody else's code needs no lock. Measured where it is used: a multicast to 64
     * takes a tenth less.
     */
    public boolean sparesLocks() {
        return sim == null && isSole();
    }

    // ---- Contexts ----------------------------------------------------------------------------

    /** {@code in_task()}. */
    public boolean inTask() {
        return PreemptCount.inTask(current().preemptCount);
    }

    /** {@code in_hardirq()}. */
    public boolean inHardirq() {
        return PreemptCount.inHardirq(current().preemptCount);
    }

    /** {@code in_softirq()}: also true while bottom halves are merely disabled. */
    public boolean inSoftirq() {
        return PreemptCount.inSoftirq(current().preemptCount);
    }

    /** {@code in_serving_softirq()}. */
    public boolean inServingSoftirq() {
        return PreemptCount.inServingSoftirq(current().preemptCount);
    }

    /** {@code in_interrupt()}. */
    public boolean inInterrupt() {
        return PreemptCount.inInterrupt(current().preemptCount);
    }

    /** {@code in_atomic()}. */
    public boolean inAtomic() {
        return current().preemptCount != 0;
    }

    private static boolean isAtomic(Task task) {
        return task.preemptCount != 0 || task.irqsOff || task.rcuNesting != 0;
    }

    /**
     * Says that what follows may sleep, and reports it where sleeping is forbidden.
     *
     * <p>Models {@code might_sleep()}.
     */
    public void mightSleep() {
        Task task = current();
        if (isAtomic(task) && checksSleeping) {
            events.brokenInContext(
                    "sleeping function called from invalid context",
                    String.format(
                            "in_atomic(): %d, irqs_disabled(): %d, preempt_count: %#x,"
                                    + " RCU nest depth: %d, %s",
                            task.preemptCount != 0 ? 1 : 0,
                            task.irqsOff ? 1 : 0,
                            task.preemptCount,
                            task.rcuNesting,
                            task));
        }
    }

    /**
     * Reports that a rule of the kernel was broken. Does not return where a report ends the run.
     *
     * @param rule the rule's name, as a kernel's report begins
     * @param what the facts, in one line
     */
    public void reportBroken(String rule, String what) {
        events.broken(rule, what);
    }

    /** As {@link #reportBroken}, with the locks that the running task holds and the like. */
    public void reportBrokenInContext(String rule, String what) {
        events.brokenInContext(rule, what);
    }

    /** {@code preempt_disable()}. */
    public void preemptDisable() {
        preemptDisable(current());
    }

    /** {@link #preemptDisable()} by a caller that knows the running task. */
    public void preemptDisable(Task task) {
        task.preemptCount++;
        ContextWatcher told = watcher;
        if (told != null) {
            told.preemptionOff(task);
        }
    }

    /** {@code preempt_enable()}. */
    public void preemptEnable() {
        preemptEnable(current());
    }

    /** {@link #preemptEnable()} by a caller that knows the running task. */
    public void preemptEnable(Task task) {
        ContextWatcher told = watcher;
        if (told != null) {
            told.preemptionOn(task);
        }
        task.preemptCount--;
        enabled(task);
    }

    /** {@code local_bh_disable()}. */
    public void localBhDisable() {
        Task task = current();
        localBhDisable(task, PreemptCount.SOFTIRQ_DISABLE_OFFSET);
        ContextWatcher told = watcher;
        if (told != null) {
            told.perCpuData(task);
        }
    }

    /** Adds {@code offset}, which disables bottom halves, to {@code preempt_count}. */
    public void localBhDisable(Task task, int offset) {
        boolean wereOff = PreemptCount.inSoftirq(task.preemptCount);
        task.preemptCount += offset;
        ContextWatcher told = watcher;
        if (told != null && !wereOff) {
            told.bottomHalvesOff(task);
        }
    }

    /** {@code local_bh_enable()}: runs what was raised meanwhile, also in task context. */
    public void localBhEnable() {
        localBhEnable(current(), PreemptCount.SOFTIRQ_DISABLE_OFFSET);
    }

    /**
     * Takes {@code offset}, which disabled bottom halves, off {@code preempt_count}, and runs
     * softirqs where they may run again. Models {@code __local_bh_enable_ip()}.
     */
    public void localBhEnable(Task task, int offset) {
        if (task.irqsOff || PreemptCount.inHardirq(task.preemptCount)) {
            events.broken(
                    "bottom halves enabled with interrupts off",
                    task + " called local_bh_enable() in hardirq context or with interrupts off");
        }
        ContextWatcher told = watcher;
        if (told != null && !PreemptCount.inSoftirq(task.preemptCount - offset)) {
            told.bottomHalvesOn(task);
        }
        // Preemption stays off while the softirqs run.
        task.preemptCount -= offset - PreemptCount.PREEMPT_OFFSET;
        if (task.cpu.softirqPending() != 0 && !PreemptCount.inInterrupt(task.preemptCount)) {
            runSoftirqs(task);
        }
        task.preemptCount -= PreemptCount.PREEMPT_OFFSET;
        enabled(task);
    }

    /** An exception out of there is not the task's, on whose stack they run: it is a panic. */
    private void runSoftirqs(Task task) {
        try {
            softirqs.run(task, false);
        } catch (KernelHalt halt) {
            throw halt;
        } catch (Throwable thrown) {
            events.oops(task, thrown, true);
        }
    }

    /**
     * {@code local_irq_save()}.
     *
     * @return whether they were off before, for {@link #localIrqRestore}
     */
    public boolean localIrqSave() {
        Task task = current();
        boolean before = localIrqSave(task);
        ContextWatcher told = watcher;
        if (told != null) {
            told.perCpuData(task);
        }
        return before;
    }

    /** {@link #localIrqSave()} of the running task, by a caller that knows it. */
    public boolean localIrqSave(Task task) {
        boolean before = task.irqsOff;
        task.irqsOff = true;
        ContextWatcher told = watcher;
        if (told != null && !before) {
            told.irqsOff(task);
        }
        return before;
    }

    /** {@code local_irq_restore()}. */
    public void localIrqRestore(boolean before) {
        localIrqRestore(current(), before);
    }

    /** {@link #localIrqRestore(boolean)} of the running task, by a caller that knows it. */
    public void localIrqRestore(Task task, boolean before) {
        if (!before) {
            ContextWatcher told = watcher;
            if (told != null && task.irqsOff) {
                told.irqsOn(task);
            }
        }
        task.irqsOff = before;
        if (!before) {
            enabled(task);
        }
    }

    /** {@code irqs_disabled()}. */
    public boolean irqsDisabled() {
        return current().irqsOff;
    }

    /** Something that was held off may come now: a point. */
    public void enabled(Task task) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.ENABLE, 0);
        } else if (task.cpu.irqPending != 0) {
            parallel().safepoint(task);
        }
    }

    // ---- Points ------------------------------------------------------------------------------

    /** A point of the simulated machine; nothing on the parallel one. */
    public void point(int access, long object) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(access, object);
        }
    }

    /** {@code cpu_relax()}: a point that touches nothing. */
    public void relax() {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.RELAX, 0);
        } else {
            Thread.onSpinWait();
            parallel().safepoint(current());
        }
    }

    /** {@code ndelay()}: keeps the CPU busy for that long. Context: any. Sleeps: never. */
    public void delay(long ns) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.delay(ns);
            return;
        }
        long end = parallel().clockNs() + ns;
        while (parallel().clockNs() < end) {
            relax();
        }
    }

    /** {@code cond_resched()}: lets others run, where nothing forbids it. */
    public void condResched() {
        mightSleep();
        SimMachine machine = sim;
        if (machine != null) {
            machine.watchAnew();
            machine.point(Access.SYSCALL, 0);
        } else {
            parallel().yieldSlot(current());
        }
    }

    /** A number for a new object on the simulated machine, 0 on the parallel one. */
    public long nextObject() {
        SimMachine machine = sim;
        return machine != null ? machine.current.nextObject() : 0;
    }

    /** The first of {@code count} numbers for new objects, one after the other. */
    public long nextObjects(int count) {
        long first = nextObject();
        for (int i = 1; i < count; i++) {
            var _ = nextObject();
        }
        return first;
    }

    // ---- Sleeping and waking -----------------------------------------------------------------

    /**
     * Gives up the CPU; a task whose state is not {@link TaskState#RUNNING} sleeps until woken.
     *
     * <p>Models {@code schedule()}. Context: process, not atomic. A pending signal that the state
     * lets through ends the sleep at once.
     */
    public void schedule() {
        SimMachine machine = sim;
        Task task = current();
        if (isAtomic(task) && checksSleeping) {
            events.brokenInContext(
                    "scheduling while atomic",
                    String.format(
                            "%s, preempt_count %#x, RCU nest depth %d",
                            task, task.preemptCount, task.rcuNesting));
        }
        SleepHook hook = task.sleepHook();
        if (hook != null && task.state() != TaskState.RUNNING) {
            hook.sleeping(task);
        }
        if (machine != null) {
            machine.schedule(task);
        } else {
            parallel().schedule(task);
        }
        if (hook != null) {
            hook.running(task);
        }
        ContextWatcher told = watcher;
        if (told != null) {
            told.resumes(task);
        }
    }

    /**
     * Wakes a task that sleeps in a state of {@code mask}. Models {@code try_to_wake_up()}.
     *
     * <p>Context: any. Sleeps: never.
     *
     * @return whether it slept, or was about to
     */
    public boolean wakeUp(Task task, int mask) {
        SimMachine machine = sim;
        return machine != null ? machine.wakeUp(task, mask) : parallel().wakeUp(task, mask);
    }

    /** Spins until {@code condition} holds. Context: any. */
    public void spin(SpinCondition condition) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.spin(condition);
        } else {
            parallel().spin(condition);
        }
    }

    /**
     * Parallel machine: as {@link #spin}, with no interrupt meanwhile. What is waited for must be
     * the end of a section that passes no point. Context: any. Sleeps: never.
     */
    public void spinIrqsOff(SpinCondition condition) {
        parallel().spinIrqsOff(condition);
    }

    /**
     * Parallel machine: looks up to {@code times} times whether {@code condition} holds, with the
     * CPU given up meanwhile. Context: process, not atomic.
     *
     * @return whether it holds
     */
    public boolean poll(BooleanSupplier condition, int times) {
        return parallel().poll(condition, times);
    }

    /**
     * Parallel machine: returns when each slot has been seen without the holder it had, so that
     * whatever ran with preemption off before has ended. Context: process; sleeps.
     */
    public void waitForQuiescentSlots() {
        parallel().quiesce();
    }

    // ---- The boundary to user code -----------------------------------------------------------

    /** The running task enters the kernel from user code. */
    public Task syscallEnter() {
        return syscallEnter(null);
    }

    /**
     * As {@link #syscallEnter()}.
     *
     * @param guess who may be the calling task, such as who called last; null: nobody knows
     */
    public Task syscallEnter(@Nullable Task guess) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.SYSCALL, 0);
            return machine.current;
        }
        ParallelMachine slots = parallel();
        Task task = slots.current(guess);
        slots.enter(task);
        return task;
    }

    /** Back to user code; a fatal signal ends the task here. */
    public void syscallExit(Task task) {
        leavesKernel(task);
        if ((task.preemptCount | task.rcuNesting) != 0 || task.irqsOff) {
            events.broken(
                    "return to user code in atomic context",
                    String.format("%s, preempt_count %#x", task, task.preemptCount));
        }
        SimMachine machine = sim;
        if (machine != null) {
            machine.watchAnew();
            machine.point(Access.SYSCALL, 0);
        } else {
            parallel().leaveToUser(task);
        }
        if (task.signalPending()) {
            deliverSignals(task);
        }
    }

    private static void deliverSignals(Task task) {
        if (task.fatalSignalPending()) {
            task.setDying();
            throw new TaskExit();
        }
        UserProcess process = task.process();
        if (process != null) {
            process.deliverSignals(task);
        }
    }

    // ---- Interrupts and time -----------------------------------------------------------------

    /** Sets what runs when {@code line} is asserted ({@code request_irq()}). */
    public void requestIrq(int line, IrqHandler handler) {
        handlers[line] = handler;
    }

    /** Asserts an interrupt line of a CPU. */
    public void raiseIrq(Cpu cpu, int line) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.raise(cpu, line);
        } else {
            parallel().raise(cpu, line);
        }
    }

    public void setSoftirqRunner(SoftirqRunner runner) {
        softirqs = runner;
    }

    /**
     * Runs the asserted interrupts of {@code cpu} on top of {@code task}, and softirqs after them.
     */
    void deliverInterrupts(Task task, Cpu cpu) {
        int lines = cpu.takeInterrupts();
        if (lines == 0) {
            return;
        }
        boolean irqsWereOff = task.irqsOff;
        task.preemptCount += PreemptCount.HARDIRQ_OFFSET;
        task.irqsOff = true;
        ContextWatcher told = watcher;
        if (told != null) {
            told.interruptBegins(task);
        }
        events.interrupted(cpu, lines);
        try {
            for (int rest = lines; rest != 0; rest &= rest - 1) {
                IrqHandler handler = handlers[Integer.numberOfTrailingZeros(rest)];
                if (handler != null) {
                    handler.handle(cpu);
                }
            }
            if (told != null) {
                told.interruptEnds(task);
            }
            task.preemptCount -= PreemptCount.HARDIRQ_OFFSET;
            if (cpu.softirqPending() != 0 && !PreemptCount.inInterrupt(task.preemptCount)) {
                softirqs.run(task, true);
            }
        } catch (KernelHalt halt) {
            throw halt;
        } catch (Throwable thrown) {
            events.oops(task, thrown, true);
        }
        task.irqsOff = irqsWereOff;
    }

    /** Nanoseconds since boot, on the clock of this CPU. */
    public long clockNs() {
        SimMachine machine = sim;
        return machine != null ? machine.clockNs() : parallel().clockNs();
    }

    /** Programs {@code cpu}'s clock event device to fire once at {@code deadlineNs} since boot. */
    public void programClockEvent(Cpu cpu, long deadlineNs) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.program(cpu, deadlineNs);
        } else {
            parallel().program(cpu, deadlineNs);
        }
    }

    // ---- The end -----------------------------------------------------------------------------

    /** Whether the run is over and tasks are being unwound. */
    public boolean halting() {
        SimMachine machine = sim;
        return machine != null ? machine.halting() : parallel().halting();
    }

    /**
     * Ends the run: every task unwinds at its next point. Does not return on a kernel's own task.
     */
    public void halt() {
        SimMachine machine = sim;
        if (machine != null) {
            machine.halt();
        } else {
            parallel().halt();
        }
        throw new KernelHalt();
    }

    /** What ended the run from outside of the kernel, such as a strategy that threw; or null. */
    public @Nullable Throwable failure() {
        SimMachine machine = sim;
        return machine != null ? machine.failure() : parallel().failure();
    }

    /** Unwinds every task that is left. Called by the host's thread after a halt. */
    public void unwind() {
        SimMachine machine = sim;
        if (machine != null) {
            machine.halt();
            machine.unwind();
        } else {
            parallel().unwind(UNWIND_PATIENCE_MILLIS);
        }
    }
}
