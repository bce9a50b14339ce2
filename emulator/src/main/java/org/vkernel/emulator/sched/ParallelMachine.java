package org.vkernel.emulator.sched;

import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The parallel machine: tasks on virtual threads, of which those in the kernel hold a CPU slot
 * each.
 *
 * <p>A task takes a slot when it enters the kernel (the one it had last, if that is free) and gives
 * it up when it sleeps or returns to user code. What is per-CPU or under disabled preemption is
 * exclusive to the slot's holder. A slot's interrupts run on its holder, at the holder's points; a
 * free slot's on the <i>interrupt controller</i>, a platform thread that takes the slot as the
 * CPU's idle task.
 */
@SuppressWarnings("ThreadPriorityCheck") // virtual threads have no time slices: yield is theirs
final class ParallelMachine {
    /** Attempts at a lock or slot before a thread gives its carrier to others. */
    private static final int SPINS = 200;

    /** So often may a task meet the end of its run before it counts as one that swallows it. */
    private static final int SWALLOW_LIMIT = 50;

    private static final long SPIN_PARK_NANOS = 20_000;

    /** A waiter for a slot looks again after this long, since a release has no full fence. */
    private static final long SLOT_PARK_NANOS = 200_000;

    /**
     * System calls after which a task that never sleeps lets others of its carrier run, and is
     * looked at whether it is alone.
     */
    static final int LOOK_SYSCALLS = 1 << 10;

    /**
     * System calls after which it really leaves its carrier: one that only yields is taken again
     * before any thread that was woken from outside of the carriers, for ever.
     */
    private static final int SLICE_SYSCALLS = 1 << 15;

    private final Scheduler sched;
    private final Cpu[] cpus;
    private final SoleHolder sole;

    @SuppressWarnings("ThreadLocalUsage") // a thread may be init of several kernels
    private final ThreadLocal<Task> currentTask = new ThreadLocal<>();

    private final Set<Task> tasks = ConcurrentHashMap.newKeySet();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ConcurrentLinkedQueue<Task> waiters = new ConcurrentLinkedQueue<>();
    private final long bootNanos = System.nanoTime();
    private volatile boolean halting;
    private volatile @Nullable Thread controller;

    /**
     * Whether the controller is to look again. A permit to unpark is not enough: what it runs may
     * spin, and park there.
     */
    private volatile boolean kicked;

    /** What the controller died of, if it did. */
    private volatile @Nullable Throwable failure;

    ParallelMachine(Scheduler sched) {
        this.sched = sched;
        this.cpus = sched.cpus;
        this.sole = new SoleHolder(sched);
    }

    /** The calling thread's task; a guess that is right saves the look-up, 3 ns. */
    Task current(@Nullable Task guess) {
        // Nobody but the thread itself makes itself a task's, or ends that.
        return guess != null && guess.boundThread == Thread.currentThread() ? guess : current();
    }

    Task current() {
        Task task = currentTask.get();
        if (task == null) {
            throw new IllegalStateException(
                    "this thread is no task of the kernel: enter through the host's API");
        }
        return task;
    }

    void bind(@Nullable Task task) {
        Thread thread = Thread.currentThread();
        if (task == null) {
            Task before = currentTask.get();
            if (before != null) {
                before.boundThread = null;
            }
            currentTask.remove();
        } else {
            task.thread = thread;
            task.boundThread = thread;
            currentTask.set(task);
        }
    }

    /** Whether the calling thread's task is in the kernel with all slots. */
    boolean isInsideSole() {
        Task task = currentTask.get();
        return task != null && task.sole && task.soleInside;
    }

    @Nullable Task bound() {
        return currentTask.get();
    }

    // ---- Slots -------------------------------------------------------------------------------

    void enter(Task task) {
        if (!(task.sole && sole.reenter(task)) && !task.cpu.tryTake(task)) {
            enterSlow(task);
        }
        if (halting) {
            releaseSlots(task);
            throw halted(task);
        }
    }

    private void releaseSlots(Task task) {
        if (task.sole) {
            sole.release(task);
        } else {
            task.cpu.release();
        }
    }

    /** Tells a task that the run is over; one that goes on swallowing that never runs again. */
    private KernelHalt halted(Task task) {
        task.setDying();
        if (++task.swallowed > SWALLOW_LIMIT && tasks.contains(task)) {
            for (; ; ) {
                LockSupport.park(this);
            }
        }
        return new KernelHalt();
    }

    private void enterSlow(Task task) {
        assert task.cpu.owner != task : task + " enters the kernel twice";
        sole.revoke();
        for (int i = 0; i < SPINS; i++) {
            if (tryAny(task)) {
                return;
            }
            Thread.onSpinWait();
        }
        waiting.incrementAndGet();
        try {
            waiters.add(task);
            while (!tryAny(task)) {
                sole.revoke();
                LockSupport.parkNanos(this, SLOT_PARK_NANOS);
                if (halting) {
                    throw halted(task);
                }
            }
        } finally {
            waiters.remove(task);
            waiting.decrementAndGet();
        }
    }

    private boolean tryAny(Task task) {
        if (task.pinnedCpu >= 0) {
            Cpu cpu = cpus[task.pinnedCpu];
            task.cpu = cpu;
            return cpu.tryTake(task);
        }
        if (task.cpu.tryTake(task)) {
            return true;
        }
        for (Cpu cpu : cpus) {
            if (cpu.tryTake(task)) {
                task.cpu = cpu;
                return true;
            }
        }
        return false;
    }

    void leave(Task task) {
        Cpu cpu = task.cpu;
        if (cpu.irqPending != 0) {
            sched.deliverInterrupts(task, cpu);
        }
        releaseSlots(task);
        released(cpu);
    }

    private void released(Cpu cpu) {
        if (waiting.getPlain() != 0) {
            wakeWaiter();
        }
        if (cpu.irqPending != 0) {
            kick();
        }
    }

    /** As {@link #leave}, of a task that may have lost its slot, or whose run may be over. */
    void leaveHeld(Task task) {
        if (task.cpu.owner == task) {
            if (halting) {
                releaseSlots(task);
            } else {
                leave(task);
            }
        }
    }

    private void wakeWaiter() {
        Task waiter = waiters.peek();
        if (waiter != null) {
            waiter.unpark();
        }
    }

    /** The end of a system call: gives the carrier to others now and then. */
    void leaveToUser(Task task) {
        int syscalls = ++task.syscalls;
        if ((syscalls & LOOK_SYSCALLS - 1) == 0) {
            lookAround(task, syscalls);
        } else {
            leaveSlots(task);
        }
    }

    private void lookAround(Task task, int syscalls) {
        if (!task.sole) {
            sole.consider(task, LOOK_SYSCALLS);
        }
        leaveSlots(task);
        if ((syscalls & SLICE_SYSCALLS - 1) == 0) {
            LockSupport.parkNanos(this, 1);
        } else {
            Thread.yield();
        }
    }

    private void leaveSlots(Task task) {
        if (task.sole) {
            leaveSole(task);
        } else {
            leave(task);
        }
    }

    private void leaveSole(Task task) {
        Cpu cpu = task.cpu;
        if (cpu.irqPending != 0) {
            sched.deliverInterrupts(task, cpu);
        }
        if (!sole.stay(task)) {
            released(cpu);
        }
    }

    /** Interrupts or bottom halves may come again on the current slot. */
    void safepoint(Task task) {
        Cpu cpu = task.cpu;
        if (task.sole && sole.isRevoked(task)) {
            sole.releaseOthers(task);
        }
        if (cpu.irqPending != 0 && !task.irqsOff) {
            sched.deliverInterrupts(task, cpu);
        }
    }

    /** A voluntary point to give up the slot: models {@code cond_resched()}. */
    void yieldSlot(Task task) {
        if (halting) {
            throw halted(task);
        }
        if (waiting.getPlain() != 0) {
            leave(task);
            Thread.yield();
            enter(task);
        }
    }

    // ---- Sleeping, waking, spinning ----------------------------------------------------------

    void schedule(Task task) {
        int state = task.state();
        if (state == TaskState.RUNNING || task.signalPendingState(state)) {
            task.setState(TaskState.RUNNING);
            yieldSlot(task);
            return;
        }
        leave(task);
        boolean interrupted = false;
        while (task.state() != TaskState.RUNNING) {
            if (halting) {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                throw halted(task);
            }
            LockSupport.park(this);
            if (Thread.interrupted()) {
                interrupted = true;
                halting |= task == sched.init; // somebody wants the host's thread back
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        enter(task);
    }

    boolean wakeUp(Task task, int mask) {
        // What the caller wrote is what the task looks for, between setting its state and sleeping.
        VarHandle.fullFence();
        for (; ; ) {
            int state = task.state();
            if ((state & mask & ~TaskState.DEAD) == 0) {
                return false;
            }
            if (task.casState(state, TaskState.RUNNING)) {
                task.unpark();
                return true;
            }
        }
    }

    void spin(SpinCondition condition) {
        Task task = current();
        for (int i = 0; !condition.isReady(task); i++) {
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                if (halting) {
                    throw halted(task);
                }
                sole.releaseOthers(task); // what it waits for may have to come from there
                safepoint(task);
                LockSupport.parkNanos(this, SPIN_PARK_NANOS);
            }
        }
    }

    /** Whoever it waits for runs on, also when the run is over: so does it. */
    void spinIrqsOff(SpinCondition condition) {
        Task task = current();
        for (int i = 0; !condition.isReady(task); i++) {
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(this, SPIN_PARK_NANOS);
            }
        }
    }

    boolean poll(BooleanSupplier condition, int times) {
        Task task = current();
        leave(task);
        boolean holds = condition.getAsBoolean();
        for (int i = 0; i < times && !holds; i++) {
            Thread.onSpinWait();
            holds = condition.getAsBoolean();
        }
        enter(task);
        return holds;
    }

    /** Waits until each slot was seen without the holder and tenure that it has now. */
    void quiesce() {
        Task self = current();
        // What the caller unpublished must be seen by whoever takes a slot that is free below.
        VarHandle.fullFence();
        leave(self);
        for (Cpu cpu : cpus) {
            Task holder = cpu.owner;
            int tenure = cpu.tenure;
            while (holder != null && cpu.owner == holder && cpu.tenure == tenure && !halting) {
                LockSupport.parkNanos(this, SPIN_PARK_NANOS);
            }
        }
        enter(self);
    }

    // ---- Tasks -------------------------------------------------------------------------------

    void admit(Task task) {
        if (halting) {
            throw halted(current());
        }
        task.started = true;
        Thread thread = Thread.ofVirtual().unstarted(() -> main(task));
        task.thread = thread;
        tasks.add(task);
        thread.start();
    }

    private void main(Task task) {
        currentTask.set(task);
        task.boundThread = Thread.currentThread();
        boolean kernelThread = (task.flags & Task.PF_KTHREAD) != 0;
        try {
            if (kernelThread) {
                enter(task);
            }
            task.body.run();
        } catch (KernelHalt | TaskExit end) {
            // Both are ends as they should be.
        } catch (Throwable thrown) {
            report(task, thrown);
        } finally {
            end(task);
        }
    }

    private void end(Task task) {
        try {
            if (!halting) {
                sched.checkExit(task);
            }
            leaveHeld(task);
        } catch (KernelHalt halt) {
            leaveHeld(task);
        } finally {
            task.setState(TaskState.DEAD);
            task.finished = true;
            tasks.remove(task);
        }
    }

    private void report(Task task, Throwable thrown) {
        try {
            sched.events.oops(task, thrown, false);
        } catch (KernelHalt halt) {
            // Said all there is.
        }
    }

    // ---- Time and interrupts -----------------------------------------------------------------

    long clockNs() {
        return System.nanoTime() - bootNanos;
    }

    void program(Cpu cpu, long deadlineNs) {
        // One step: were the deadline before fired between a look and a write, nobody would kick.
        if (deadlineNs < cpu.exchangeDeadlineNs(deadlineNs)) {
            kick();
        }
    }

    void raise(Cpu cpu, int line) {
        cpu.raise(line);
        Task task = currentTask.get();
        if (cpu.owner != task || task == null || cpu != task.cpu) {
            kick();
        }
    }

    /** Makes the interrupt controller look again, starting it if need be. */
    private void kick() {
        kicked = true;
        Thread thread = controller;
        if (thread == null) {
            startController();
        } else {
            // Itself too: a handler that it runs may program a deadline that it has passed by.
            LockSupport.unpark(thread);
        }
    }

    private synchronized void startController() {
        if (controller == null && !halting) {
            Thread thread =
                    Thread.ofPlatform().daemon().name("vkernel-irq").unstarted(this::control);
            // Known before it looks round: whoever still read null has said before what he wants.
            controller = thread;
            thread.start();
        }
    }

    /** The interrupt controller's thread, which has been started, or null. */
    private synchronized @Nullable Thread startedController() {
        return controller;
    }

    private void control() {
        try {
            serveInterrupts();
        } catch (Throwable thrown) {
            failure = thrown;
            halt();
        }
    }

    private void serveInterrupts() {
        while (!halting) {
            kicked = false;
            long now = clockNs();
            long wait = Long.MAX_VALUE;
            for (Cpu cpu : cpus) {
                long deadline = cpu.deadlineNs;
                if (deadline <= now) {
                    cpu.deadlineNs = Cpu.NEVER;
                    cpu.raise(Scheduler.IRQ_TIMER);
                } else if (deadline != Cpu.NEVER) {
                    wait = Math.min(wait, deadline - now);
                }
                if (cpu.irqPending != 0 && !deliver(cpu)) {
                    // The slot's holder does it at its next point.
                    wait = Math.min(wait, SPIN_PARK_NANOS);
                }
            }
            if (kicked || halting) {
                continue;
            }
            if (wait == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, wait);
            }
        }
    }

    private boolean deliver(Cpu cpu) {
        Task idle = cpu.idle;
        if (!cpu.tryTake(idle)) {
            sole.revoke();
            return false;
        }
        currentTask.set(idle);
        try {
            sched.deliverInterrupts(idle, cpu);
        } catch (KernelHalt halt) {
            // The loop ends with it.
        } finally {
            currentTask.remove();
            cpu.release();
            if (waiting.get() != 0) {
                wakeWaiter();
            }
            if (cpu.irqPending != 0) {
                kick();
            }
        }
        return true;
    }

    // ---- The end -----------------------------------------------------------------------------

    boolean halting() {
        return halting;
    }

    void halt() {
        halting = true;
        for (Task task : tasks) {
            task.unpark();
        }
        sched.init.unpark();
        LockSupport.unpark(controller);
    }

    @Nullable Throwable failure() {
        return failure;
    }

    /** Ends every task's thread and waits for it; tells of those that do not end. */
    void unwind(long patienceMillis) {
        halt();
        bind(sched.init); // for what is said of those left
        boolean interrupted = Thread.interrupted();
        try {
            Thread irq = startedController();
            if (irq != null) {
                interrupted |= !join(irq, patienceMillis, null);
            }
            // A task that was making another when the run ended may add it late: hence again.
            Set<Task> told = new HashSet<>();
            for (List<Task> left = others(told); !left.isEmpty(); left = others(told)) {
                for (Task task : left) {
                    told.add(task);
                    task.unpark();
                    interrupted |= !join(task.thread, patienceMillis, task);
                }
            }
        } finally {
            bind(null);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private List<Task> others(Set<Task> told) {
        List<Task> left = new ArrayList<>(tasks);
        left.removeAll(told);
        return left;
    }

    /** Waits for a thread's end; false if the caller was interrupted meanwhile. */
    private boolean join(@Nullable Thread thread, long patienceMillis, @Nullable Task task) {
        boolean quiet = true;
        long end = System.nanoTime() + Duration.ofMillis(patienceMillis).toNanos();
        while (thread != null) {
            if (thread.getState() == Thread.State.NEW) {
                LockSupport.parkNanos(this, SPIN_PARK_NANOS); // somebody is about to start it
                continue;
            }
            try {
                long rest = Math.max(1, end - System.nanoTime());
                if (!thread.join(Duration.ofNanos(rest)) && task != null) {
                    sched.events.leftBehind(task);
                }
                break;
            } catch (InterruptedException e) {
                quiet = false;
            }
        }
        return quiet;
    }
}
