package org.vkernel.emulator.sched;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.process.UserProcess;

/**
 * What a CPU executes: a thread of a user process, a kernel thread, or a CPU's idle task.
 *
 * <p>Models {@code struct task_struct} (include/linux/sched.h). Plain fields are owned by the task
 * itself, and by interrupts that run on its stack: they change only while it holds its CPU.
 */
public final class Task {
    /** {@code PF_KTHREAD}: a kernel thread, which has no user side. */
    public static final int PF_KTHREAD = 1;

    /** {@code PF_EXITING}. */
    public static final int PF_EXITING = 2;

    /** {@code PF_MEMALLOC}: may use all memory, since it is freeing some. */
    public static final int PF_MEMALLOC = 4;

    /** {@code PF_IDLE}: a CPU's idle task. */
    public static final int PF_IDLE = 8;

    private static final VarHandle STATE;
    private static final VarHandle PENDING_SIGNALS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Task.class, "state", int.class);
            PENDING_SIGNALS = lookup.findVarHandle(Task.class, "pendingSignals", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long FATAL = 1L << UserProcess.SIGKILL;

    final Scheduler sched;
    private volatile int pid;

    /** The id that it began with, which names its objects. */
    private final int firstPid;

    private volatile String comm;
    private @Nullable UserProcess process;
    final Runnable body;

    /** The CPU it must run on, or -1. */
    final int pinnedCpu;

    int flags;
    int preemptCount;
    boolean irqsOff;
    int rcuNesting;
    private int rcuSequence;

    /** One of {@link TaskState}. Written by the task itself and by whoever wakes it. */
    private volatile int state;

    /** Bits {@code 1 << signal} of what is pending. */
    private volatile long pendingSignals;

    /** Whether it was told to unwind: what its code throws from then on says nothing. */
    private boolean dying;

    private boolean adopted;

    /** Whether a call into the kernel is under way; always, for a kernel thread. */
    private boolean inKernel;

    /** The CPU it runs on, or ran on last. */
    volatile Cpu cpu;

    @Nullable Thread thread;

    /** Simulated machine: it may run now. Set by the one who hands over, cleared by the task. */
    volatile boolean baton;

    boolean started;
    volatile boolean finished;
    boolean queued;

    /** Simulated machine: what its CPU spins for. */
    @Nullable SpinCondition spinningFor;

    /** Simulated machine: its CPU's clock when that began, or was last reported. */
    long spinsSinceNs;

    /** Simulated machine: to be done on its stack when it next holds the baton. */
    boolean interruptAssigned;

    /** Simulated machine: what its last asked point was about to do. */
    int pendingAccess;

    /** Simulated machine: what it was about to touch there; 0 for nothing. */
    long pendingObject;

    /** Parallel machine: the thread that it is bound to now; written by that thread alone. */
    @Nullable Thread boundThread;

    /** Parallel machine: whether it keeps all slots, see {@link SoleHolder}. */
    boolean sole;

    /** Whether it is in the kernel. Written by it alone, while {@link #sole}. */
    boolean soleInside;

    /**
     * Points left before its CPU counts as stuck in the kernel; of the running task the machine
     * knows.
     */
    int lockupBudget;

    /** Simulated machine: which instruction of a module is at a point; 0: none of a module's. */
    int accessSite;

    /** How many functions of modules run on its stack. */
    private int moduleCalls;

    /** The number that the race checker knows it by; -1: none yet. */
    private int strand = -1;

    /** What the lock checker keeps of it. */
    private @Nullable Object contextRecord;

    private @Nullable SleepHook sleepHook;
    int objectCount;
    int arrayCount;
    int swallowed;
    int syscalls;
    @Nullable Object waitsOn;

    /** Whether it sleeps for what may well never come. */
    boolean waitsIdly;

    /** Simulated machine: its CPU's clock when it gave it up last; NEVER: said to be blocked. */
    long blockedSinceNs;

    Task(
            Scheduler sched,
            int pid,
            String comm,
            @Nullable UserProcess process,
            int flags,
            Cpu cpu,
            int pinnedCpu,
            Runnable body) {
        this.sched = sched;
        this.pid = pid;
        this.firstPid = pid;
        this.comm = comm;
        this.process = process;
        this.flags = flags;
        this.cpu = cpu;
        this.pinnedCpu = pinnedCpu;
        this.body = body;
        this.inKernel = (flags & PF_KTHREAD) != 0;
        this.lockupBudget = sched.lockupPoints;
    }

    /** The task's own id ({@code task_pid_nr()}); a process's first task bears the tgid. */
    public int pid() {
        return pid;
    }

    /** The id that it began with, which no other task of the kernel ever has as its first. */
    public int firstPid() {
        return firstPid;
    }

    /** The task takes another's id, by an exec of a thread that is not its process's first. */
    public void setPid(int newPid) {
        pid = newPid;
    }

    public String comm() {
        return comm;
    }

    /** Models {@code __set_task_comm()}: names are cut to 15 bytes. */
    public void setComm(String name) {
        comm = name.length() > 15 ? name.substring(0, 15) : name;
    }

    /** The process whose thread it is; null for kernel threads and idle tasks. */
    public @Nullable UserProcess process() {
        return process;
    }

    /** Gives init its process, which can only be made after its task. */
    public void setProcess(UserProcess owner) {
        process = owner;
    }

    public Scheduler scheduler() {
        return sched;
    }

    public Cpu cpu() {
        return cpu;
    }

    /** Whether it is bound to its CPU ({@code is_percpu_thread()}). */
    public boolean isPinned() {
        return pinnedCpu >= 0;
    }

    public int flags() {
        return flags;
    }

    /** Sets {@code PF_*} bits; only the task itself does. */
    public void setFlags(int bits) {
        flags |= bits;
    }

    /** Clears {@code PF_*} bits; only the task itself does. */
    public void clearFlags(int bits) {
        flags &= ~bits;
    }

    public int preemptCount() {
        return preemptCount;
    }

    public boolean irqsDisabled() {
        return irqsOff;
    }

    /** Depth of RCU read sections. */
    public int rcuNesting() {
        return rcuNesting;
    }

    public void setRcuNesting(int nesting) {
        rcuNesting = nesting;
    }

    /** The grace period that was current when the outermost read section began. */
    public int rcuSequence() {
        return rcuSequence;
    }

    public void setRcuSequence(int sequence) {
        rcuSequence = sequence;
    }

    /** Adds to {@code preempt_count} without a look at what that enables: see {@link Scheduler}. */
    public void preemptCountAdd(int value) {
        preemptCount += value;
    }

    /** Takes off {@code preempt_count} without a look at what that enables. */
    public void preemptCountSub(int value) {
        preemptCount -= value;
    }

    public int state() {
        return state;
    }

    /** Models {@code set_current_state()}: a full barrier follows. */
    public void setState(int newState) {
        state = newState;
        SimMachine sim = sched.sim;
        if (sim != null) {
            sim.touched(stateObject(), true);
        }
    }

    boolean casState(int from, int to) {
        return STATE.compareAndSet(this, from, to);
    }

    /** Whether it will never run again. */
    public boolean isDead() {
        return state == TaskState.DEAD;
    }

    /** What it sleeps for, in words for a report on deadlocks; null clears it. */
    public void setWaitsOn(@Nullable Object what) {
        waitsOn = what;
    }

    /** Whether what it sleeps for may well never come ({@code TASK_NOLOAD}). */
    public void setWaitsIdly(boolean value) {
        waitsIdly = value;
    }

    /** Where its thread is: of a task that does not run. */
    public StackTraceElement[] stack() {
        Thread known = thread;
        return known == null ? new StackTraceElement[0] : known.getStackTrace();
    }

    /** {@code signal_pending()}. */
    public boolean signalPending() {
        return pendingSignals != 0;
    }

    /** {@code fatal_signal_pending()}: SIGKILL is there. */
    public boolean fatalSignalPending() {
        return (pendingSignals & FATAL) != 0;
    }

    /** Adds signals. */
    public void addPendingSignals(long bits) {
        SimMachine sim = sched.sim;
        if (sim != null) {
            sim.touched(StepObserver.cpu(cpu.index()), true);
        }
        PENDING_SIGNALS.getAndBitwiseOr(this, bits);
    }

    /** Takes what is pending, for its handlers; a fatal signal stays. */
    public long takePendingSignals() {
        return (long) PENDING_SIGNALS.getAndBitwiseAnd(this, FATAL) & ~FATAL;
    }

    /** Whether it was told to unwind: what its code throws from then on says nothing. */
    public boolean isDying() {
        return dying;
    }

    void setDying() {
        dying = true;
    }

    /** Whether its thread is a host's own. */
    public boolean isAdopted() {
        return adopted;
    }

    void setAdopted() {
        adopted = true;
    }

    /** Whether a call into the kernel is under way. Asked and set by the task itself. */
    public boolean isInKernel() {
        return inKernel;
    }

    public void setInKernel(boolean value) {
        inKernel = value;
    }

    /** Forgets disabled preemption, bottom halves and interrupts: what disabled them has died. */
    public void clearContexts() {
        preemptCount = 0;
        irqsOff = false;
    }

    /** {@code signal_pending_state()}: whether a sleep in {@code sleepState} ends at once. */
    public boolean signalPendingState(int sleepState) {
        if (pendingSignals == 0 || sleepState == TaskState.UNINTERRUPTIBLE) {
            return false;
        }
        return sleepState == TaskState.INTERRUPTIBLE || fatalSignalPending();
    }

    /**
     * A number for a new object of the kernel, the same in every schedule in which this task makes
     * the same objects in the same order. Never 0.
     */
    public long nextObject() {
        return ((long) (firstPid + 1) << 32) | ++objectCount;
    }

    /** Its state's number among the objects; the first that it makes has the next one. */
    long stateObject() {
        return (long) (firstPid + 1) << 32;
    }

    /** What the lock checker keeps of it. */
    public @Nullable Object contextRecord() {
        return contextRecord;
    }

    public void setContextRecord(@Nullable Object kept) {
        contextRecord = kept;
    }

    /** The running task calls a function of a module; {@link #leaveModule} follows. */
    public void enterModule() {
        moduleCalls++;
    }

    /** A function of a module has returned to the running task. */
    public void leaveModule() {
        moduleCalls--;
    }

    /** Whether a function of a module runs on its stack. */
    boolean isInModule() {
        return moduleCalls != 0;
    }

    /** A number for a module's array, of another series than {@link #nextObject}. */
    public long nextArray() {
        return ((long) (firstPid + 1) << 32) | ++arrayCount;
    }

    /** Simulated machine: which instruction of a module is at a point; 0: none of a module's. */
    public int accessSite() {
        return accessSite;
    }

    /** The number that the race checker knows it by; -1: none yet. */
    public int strand() {
        return strand;
    }

    public void setStrand(int number) {
        strand = number;
    }

    /** What is told of its sleeps, or null. */
    public @Nullable SleepHook sleepHook() {
        return sleepHook;
    }

    /** Has a new task's sleeps told. */
    public void setSleepHook(SleepHook hook) {
        sleepHook = hook;
    }

    void unpark() {
        LockSupport.unpark(thread);
    }

    @Override
    public String toString() {
        return comm + "[" + pid + "]";
    }
}
