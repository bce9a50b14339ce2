package org.vkernel.emulator.sched;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The simulated machine: any number of emulated CPUs on one real one, driven by a {@link Strategy}.
 *
 * <p>Exactly one task runs at a time: the one that holds the <i>baton</i>. At each point it may
 * have to hand the baton over, as the strategy answers. A CPU's <i>current</i> task is the one that
 * runs on it, or is held up at a point while another CPU goes on. Interrupts run on the stack of
 * the interrupted task; an idle CPU has a task of its own for that, whose thread is started only
 * when it is needed.
 *
 * <p>All fields but {@link #halting} are exclusive to the holder of the baton; handing it over (a
 * volatile write to {@link Task#baton}, read by the one that waits) orders them.
 */
public final class SimMachine {
    /** A spinning CPU counts as stuck after this much virtual time, as {@code watchdog_thresh}. */
    private static final long SPIN_LIMIT_NS = 20_000_000_000L;

    private final Scheduler sched;
    private final MachineEvents events;
    private final Choices choices;
    private final TaskThreads threads;
    private final Cpu[] cpus;
    private final boolean fullPreemption;
    private final boolean jitter;
    private final @Nullable StepObserver observer;
    private final StallWatch stalls;
    private final List<Task> tasks = new ArrayList<>();
    private final SiteNumbers siteNumbers = new SiteNumbers();

    private @Nullable PointObserver accesses;

    Task current;
    private Cpu active;
    private long step;

    /** Where the points run out that may pass at one instant of virtual time. */
    private long instantEnd;

    /**
     * The step from whose point on somebody may have to be asked or told: until then all is {@link
     * #isCalm calm}. Whatever ends a calm sets it to 0. Measured: a unicast takes a third less.
     */
    private long calmEnd;

    /** After which step the running task counts as stuck in the kernel. */
    private long lockupEnd;

    /** How many alternatives the other CPUs offer. */
    private int elsewhere;

    /** Queued tasks that any CPU may take. */
    private int stealable;

    private int spinners;

    /** Until when init sleeps for the host; {@link Cpu#NEVER} if it does not. */
    private long hostDeadlineNs = Cpu.NEVER;

    /** Not exclusive to the baton's holder: a host thread may set it, to cut the run short. */
    volatile boolean halting;

    /** The name of the locks that are switched off; null: none. */
    private @Nullable String lockOff;

    /** Whether one of that name has been made. */
    private boolean hasLockOff;

    /** What was thrown by what is no part of the kernel, such as the strategy: it ends the run. */
    private @Nullable Throwable failure;

    @SuppressWarnings("NullAway.Init") // current and active are set by boot()
    SimMachine(Scheduler sched, Strategy strategy, Scheduler.Setup setup) {
        this.sched = sched;
        this.events = sched.events;
        this.threads = new TaskThreads(this, sched, setup.hangMillis());
        this.choices = new Choices(this, strategy, events, setup.recording());
        this.cpus = sched.cpus;
        this.instantEnd = sched.instantPoints;
        this.fullPreemption = sched.fullPreemption;
        this.jitter = setup.jitter();
        this.observer = strategy instanceof StepObserver watching ? watching : null;
        this.stalls =
                new StallWatch(this, events, setup.hungTaskSeconds(), setup.rcuStallSeconds());
    }

    void boot(Task init) {
        current = init;
        watchAnew();
        active = cpus[0];
        active.current = init;
        init.started = true;
        init.thread = Thread.currentThread();
    }

    // ---- Points ------------------------------------------------------------------------------

    /**
     * A point: the running task is about to do {@code access} to {@code object}. May run other
     * tasks or interrupts first.
     *
     * @param access one of {@link Access}
     * @param object the number of what is touched, 0 for none
     */
    public void point(int access, long object) {
        Task task = current;
        if (halting) {
            threads.throwHalt(task);
        }
        if (++step >= calmEnd) {
            pass(task, access, object);
        }
        assert step >= calmEnd || isCalm() : "step " + step + ", calm until " + calmEnd;
    }

    /**
     * A point of a module's code.
     *
     * @param site the instruction's number, as {@link #siteNumbers} has it
     */
    public void point(int access, long object, int site) {
        Task task = current;
        task.accessSite = site;
        point(access, object);
        task.accessSite = 0;
    }

    private void pass(Task task, int access, long object) {
        if (step > lockupEnd) {
            stuck(task);
        }
        if (spinners != 0) {
            recount();
        }
        Cpu cpu = active;
        if (elsewhere != 0
                || cpu.irqPending != 0
                || !cpu.runQueue.isEmpty()
                || jitter
                || step >= instantEnd) {
            ask(task, access, object);
        }
        StepObserver watching = observer;
        if (watching != null) {
            task.pendingAccess = access; // also where nobody was asked
            task.pendingObject = object;
            watching.passed(task, access, object);
        }
        PointObserver told = accesses;
        if (told != null) {
            told.passed(task, access, object);
        }
        if (isCalm()) {
            calmEnd = Math.min(instantEnd, lockupEnd);
        }
    }

    /** Whether a point is nothing but a step: there is no alternative, and nobody watches. */
    private boolean isCalm() {
        return elsewhere == 0
                && spinners == 0
                && active.irqPending == 0
                && active.runQueue.isEmpty()
                && !jitter
                && observer == null
                && accesses == null
                && step < instantEnd;
    }

    /** The running step touches what its point has not announced: see {@link StepObserver}. */
    public void touched(long object, boolean isWrite) {
        StepObserver watching = observer;
        if (watching != null) {
            watching.touched(object, isWrite);
        }
    }

    /** The running task does {@code access} to what needs no point of its own. */
    public void used(int access, long object) {
        PointObserver told = accesses;
        if (told != null) {
            told.passed(current, access, object);
        }
    }

    /** The running task has got the lock that it spun for. */
    public void acquired(long lock) {
        StepObserver watching = observer;
        if (watching != null) {
            watching.acquired(current, lock);
        }
    }

    /** Answers all choices with 0 and asks nobody, or no longer. */
    public void pauseChoices(boolean paused) {
        choices.setPaused(paused);
    }

    /**
     * Switches off all locks of this name that are made from now on: they exclude nobody and order
     * nothing, for no checker either. Their points, and the contexts that taking them brings, stay;
     * so does the schedule of a run in which nobody would have waited.
     */
    public void switchOff(String lock) {
        lockOff = lock;
    }

    /** Whether a lock of this name, which is being made, is switched off. */
    public boolean isOff(String lock) {
        boolean isOff = lock.equals(lockOff);
        hasLockOff |= isOff;
        return isOff;
    }

    /** The same on either machine; on the parallel one none is. */
    public static boolean isOff(Scheduler sched, String lock) {
        SimMachine sim = sched.sim;
        return sim != null && sim.isOff(lock);
    }

    /** Whether a lock has been made that is switched off. */
    public boolean hasLockOff() {
        return hasLockOff;
    }

    /** Has each point told from now on, to those that were told before too. */
    public void addObserver(PointObserver added) {
        calmEnd = 0;
        PointObserver before = accesses;
        accesses =
                before == null
                        ? added
                        : (task, access, place) -> {
                            before.passed(task, access, place);
                            added.passed(task, access, place);
                        };
    }

    /** Which instruction of which module has which number. */
    public SiteNumbers siteNumbers() {
        return siteNumbers;
    }

    /** A number for a new object of the running task: see {@link Task#nextObject}. */
    public long nextObject() {
        return current.nextObject();
    }

    /** A number for an array that the running task is the first to access. */
    public long nextArray() {
        return current.nextArray();
    }

    private void ask(Task task, int access, long object) {
        if (step >= instantEnd) {
            instantEnd = Long.MAX_VALUE;
            events.broken(
                    "no time passes",
                    task
                            + " and others passed "
                            + sched.instantPoints
                            + " points while the clock stood still: somebody polls and never"
                            + " sleeps");
        }
        for (; ; ) {
            task.pendingAccess = access; // an interrupt on its stack has left its own here
            task.pendingObject = object;
            int count = count(task, access);
            if (count == 1) {
                return;
            }
            // Most answers are to go on: the alternatives are listed only when somebody looks.
            int answer = choices.askAtPoint(task, count);
            if (answer == 0) {
                return;
            }
            choices.ensureListed();
            assert choices.count() == count : choices.count() + " alternatives, not " + count;
            perform(task, answer);
            if (!handleAssigned(task)) {
                return;
            }
            if (spinners != 0) {
                recount(); // the interrupt may have released what another CPU spins for
            }
        }
    }

    /** Runs the interrupts that another CPU's task left to this one; whether there were any. */
    private boolean handleAssigned(Task task) {
        if (!task.interruptAssigned) {
            return false;
        }
        task.interruptAssigned = false;
        sched.deliverInterrupts(task, active);
        if (spinners != 0) {
            recount(); // what the handlers did last may have let a spinning CPU go on
        }
        return true;
    }

    // ---- Alternatives ------------------------------------------------------------------------

    /** How many alternatives {@code task} has at a point, "go on" included. */
    private int count(Task task, int access) {
        Cpu cpu = active;
        int count = 1 + elsewhere;
        if (cpu.irqPending != 0 && !task.irqsOff) {
            count++;
        }
        if (isPreemptible(task, access)) {
            count += cpu.runQueue.size();
        }
        if (jitter && nextDeadline() != Cpu.NEVER) {
            count++;
        }
        return count;
    }

    private boolean isPreemptible(Task task, int access) {
        return task.preemptCount == 0
                && !task.irqsOff
                && (fullPreemption || access == Access.SYSCALL)
                && task != active.idle;
    }

    /** Lists what {@code task} at a point may be answered; "go on" is the first. */
    void list(Task task, int access) {
        choices.clear();
        Cpu cpu = active;
        choices.add(Choices.RUN, cpu, task);
        if (cpu.irqPending != 0 && !task.irqsOff) {
            choices.add(Choices.INTERRUPT, cpu, task);
        }
        if (isPreemptible(task, access)) {
            for (Task queued : cpu.runQueue) {
                choices.add(Choices.PREEMPT, cpu, queued);
            }
        }
        listOthers(cpu);
        if (jitter && nextDeadline() != Cpu.NEVER) {
            choices.add(Choices.PASS_TIME, cpu, null);
        }
    }

    /** Lists what there is to do where nothing can go on. */
    private void listForced() {
        choices.clear();
        listCpu(active);
        listOthers(active);
    }

    private void listOthers(Cpu except) {
        for (Cpu cpu : cpus) {
            if (cpu != except) {
                listCpu(cpu);
            }
        }
    }

    private void listCpu(Cpu cpu) {
        Task task = cpu.current;
        if (canRun(cpu)) {
            choices.add(Choices.RUN, cpu, task);
        }
        if (cpu.irqPending != 0 && !task.irqsOff) {
            choices.add(Choices.INTERRUPT, cpu, task);
        }
    }

    private boolean canRun(Cpu cpu) {
        Task task = cpu.current;
        if (task == cpu.idle && !inInterrupt(task)) {
            return !cpu.runQueue.isEmpty() || stealable != 0;
        }
        SpinCondition condition = task.spinningFor;
        return condition == null || condition.isReady(task);
    }

    private static boolean inInterrupt(Task task) {
        return task.preemptCount != 0;
    }

    private void recount() {
        int count = 0;
        for (Cpu cpu : cpus) {
            if (cpu != active) {
                if (canRun(cpu)) {
                    count++;
                }
                if (cpu.irqPending != 0 && !cpu.current.irqsOff) {
                    count++;
                }
            }
        }
        elsewhere = count;
        calmEnd = 0;
    }

    /**
     * Asks the strategy whether an allocation fails.
     *
     * @param percent how often it is to, where the strategy leaves it to chance
     */
    public boolean askFault(int percent) {
        if (halting) {
            threads.throwHalt(current);
        }
        return choices.askFault(percent) == 1;
    }

    /** How many points the machine has passed. */
    public long step() {
        return step;
    }

    /** Every answer given so far, the go-ons included; for a machine that was told to record. */
    public int[] schedule() {
        return choices.schedule();
    }

    // ---- Switching ---------------------------------------------------------------------------

    private void perform(Task me, int answer) {
        int action = choices.action(answer);
        if (action == Choices.PASS_TIME) {
            passTime(nextDeadline());
            recount();
            return;
        }
        Cpu cpu = choices.cpu(answer);
        if (observer != null) {
            observer.begins(cpu.index());
        }
        switch (action) {
            case Choices.INTERRUPT -> {
                active = cpu;
                cpu.current.interruptAssigned = true;
                handOver(me, cpu.current);
            }
            case Choices.PREEMPT -> {
                Task next = Objects.requireNonNull(choices.task(answer));
                dequeue(cpu, next);
                enqueue(cpu, me);
                run(me, cpu, next);
            }
            default -> {
                active = cpu;
                if (cpu.current == cpu.idle && !inInterrupt(cpu.idle)) {
                    run(me, cpu, pick(cpu));
                } else {
                    handOver(me, cpu.current);
                }
            }
        }
    }

    private void run(Task me, Cpu cpu, Task next) {
        Task before = cpu.current;
        cpu.current = next;
        next.cpu = cpu;
        if (before != next) {
            events.switched(cpu, before, next);
        }
        handOver(me, next);
    }

    /** Takes the next task off {@code cpu}'s queue, or off another's if its own is empty. */
    private Task pick(Cpu cpu) {
        int size = cpu.runQueue.size();
        if (size == 0) {
            return steal();
        }
        int answer = 0;
        if (size > 1) {
            choices.clear();
            for (Task task : cpu.runQueue) {
                choices.add(Choices.RUN, cpu, task);
            }
            answer = choices.ask(ChoiceKind.TASK);
        }
        Task next = cpu.runQueue.peekFirst();
        if (answer != 0) {
            next = choices.task(answer);
        }
        dequeue(cpu, Objects.requireNonNull(next));
        return next;
    }

    private Task steal() {
        for (Cpu cpu : cpus) {
            for (Task task : cpu.runQueue) {
                if (task.pinnedCpu < 0) {
                    dequeue(cpu, task);
                    return task;
                }
            }
        }
        throw new IllegalStateException("nothing to take though " + stealable + " were counted");
    }

    private void enqueue(Cpu cpu, Task task) {
        if (observer != null) {
            tellQueue(cpu, task);
        }
        task.queued = true;
        task.cpu = cpu;
        cpu.runQueue.addLast(task);
        calmEnd = 0;
        if (task.pinnedCpu < 0) {
            stealable++;
        }
    }

    /** Tells the observer that {@code cpu}'s queue gets or loses {@code task}. */
    private void tellQueue(Cpu cpu, Task task) {
        if (cpu != active) {
            touched(StepObserver.cpu(cpu.index()), true);
        }
        touched(StepObserver.RUN_QUEUES, task.pinnedCpu < 0);
    }

    private void dequeue(Cpu cpu, Task task) {
        if (observer != null) {
            tellQueue(cpu, task);
        }
        task.queued = false;
        cpu.runQueue.remove(task);
        if (task.pinnedCpu < 0) {
            stealable--;
        }
    }

    private void switchTo(Task next) {
        current.lockupBudget = Math.toIntExact(lockupEnd - step);
        current = next;
        lockupEnd = step + next.lockupBudget;
    }

    private void handOver(Task me, Task next) {
        switchTo(next);
        recount();
        if (me != next) {
            threads.pass(next);
            threads.await(me);
        }
    }

    // ---- Sleeping and waking -----------------------------------------------------------------

    /** A thread of the host's enters as init: what passed before is none of its time. */
    void hostEntered(Task init) {
        init.thread = Thread.currentThread();
        if (halting) {
            throw new KernelHalt();
        }
        ContextWatcher watcher = sched.watcher;
        if (watcher != null) {
            watcher.hostEnters(init);
        }
        watchAnew();
        beginInstant();
    }

    private void beginInstant() {
        instantEnd = step + sched.instantPoints;
        calmEnd = 0;
    }

    void schedule(Task task) {
        if (halting) {
            threads.throwHalt(task);
        }
        Cpu cpu = active;
        watchAnew();
        touched(task.stateObject(), false);
        int state = task.state();
        if (state != TaskState.RUNNING && task.signalPendingState(state)) {
            task.setState(TaskState.RUNNING);
            state = TaskState.RUNNING;
        }
        if (state == TaskState.RUNNING) {
            if (cpu.runQueue.isEmpty()) {
                point(Access.SYSCALL, 0);
                return;
            }
            enqueue(cpu, task);
        }
        task.blockedSinceNs = cpu.clockNs;
        vacate(cpu, task);
        dispatch(task);
    }

    private void vacate(Cpu cpu, Task task) {
        cpu.current = cpu.idle;
        touched(StepObserver.RUN_QUEUES, false);
        events.switched(cpu, task, cpu.idle);
    }

    /**
     * Finds something to run, for a task whose CPU has nothing to do for it; returns when it may
     * run.
     */
    private void dispatch(Task me) {
        perform(me, nextForced());
    }

    private int nextForced() {
        for (; ; ) {
            listForced();
            if (choices.count() == 1) {
                return 0;
            }
            if (choices.count() > 1) {
                return choices.ask(ChoiceKind.CPU);
            }
            long deadline = Math.min(nextDeadline(), hostDeadlineNs);
            if (spinners != 0) {
                deadline = Math.min(deadline, nextSpinDeadline());
            }
            if (deadline == Cpu.NEVER) {
                Waits waits = waits();
                events.deadlock(waits.describe(), waits.culprits());
                throw new IllegalStateException("a deadlocked machine was told to go on");
            }
            passTime(deadline);
            if (spinners != 0) {
                checkSpinners();
            }
        }
    }

    boolean wakeUp(Task task, int mask) {
        point(Access.WAKE, 0);
        touched(task.stateObject(), true);
        int state = task.state();
        if ((state & mask & ~TaskState.DEAD) == 0) {
            return false;
        }
        ContextWatcher watcher = sched.watcher;
        if (watcher != null) {
            watcher.wakes(current, task);
        }
        task.setState(TaskState.RUNNING);
        if (!task.queued && task.cpu.current != task) {
            enqueue(selectCpu(task), task);
            recount();
        }
        return true;
    }

    private Cpu selectCpu(Task task) {
        if (task.pinnedCpu >= 0) {
            return cpus[task.pinnedCpu];
        }
        Cpu last = task.cpu;
        if (isIdle(last)) {
            return last;
        }
        for (Cpu cpu : cpus) {
            if (isIdle(cpu)) {
                return cpu;
            }
        }
        return last;
    }

    private static boolean isIdle(Cpu cpu) {
        return cpu.current == cpu.idle && cpu.runQueue.isEmpty();
    }

    /** Makes a new task runnable. */
    void admit(Task task) {
        if (halting) {
            threads.throwHalt(current);
        }
        ContextWatcher watcher = sched.watcher;
        if (watcher != null) {
            watcher.wakes(current, task);
        }
        tasks.add(task);
        enqueue(selectCpu(task), task);
        recount();
    }

    /**
     * Spins on the current CPU until {@code condition} holds; interrupts may come if they are on.
     */
    void spin(SpinCondition condition) {
        Task task = current;
        long since = active.clockNs;
        while (!condition.isReady(task)) {
            task.spinningFor = condition;
            task.spinsSinceNs = since;
            spinners++;
            calmEnd = 0;
            try {
                dispatch(task);
            } finally {
                spinners--;
                task.spinningFor = null;
            }
            since = task.spinsSinceNs;
            handleAssigned(task);
        }
    }

    /** Time has passed: reports those that have been spinning for too long. */
    private void checkSpinners() {
        for (Cpu cpu : cpus) {
            Task task = cpu.current;
            if (task.spinningFor != null && cpu.clockNs - task.spinsSinceNs > SPIN_LIMIT_NS) {
                task.spinsSinceNs = cpu.clockNs;
                events.softLockup(task);
            }
        }
    }

    // ---- Time --------------------------------------------------------------------------------

    /**
     * Lets {@code ns} of virtual time pass for the host, while init sleeps.
     *
     * <p>No timer of the kernel's: the host takes no interrupt, and time that passes early (the
     * jitter) never jumps to the end of the host's wait.
     */
    public void hostSleep(long ns) {
        Task init = sched.init;
        long until = active.clockNs + ns;
        while (active.clockNs < until) {
            hostDeadlineNs = until;
            init.setState(TaskState.UNINTERRUPTIBLE);
            schedule(init);
        }
    }

    /** When the kernel's next timer is due. */
    private long nextDeadline() {
        long next = Cpu.NEVER;
        for (Cpu cpu : cpus) {
            next = Math.min(next, cpu.deadlineNs);
        }
        return next;
    }

    /** When the first CPU that spins until some time has got there. */
    private long nextSpinDeadline() {
        long next = Cpu.NEVER;
        for (Cpu cpu : cpus) {
            SpinCondition condition = cpu.current.spinningFor;
            if (condition != null) {
                next = Math.min(next, condition.deadlineNs());
            }
        }
        return next;
    }

    private void passTime(long deadline) {
        if (observer != null) {
            observer.timePassed();
        }
        beginInstant();
        for (long due = stalls.dueNs(); due <= deadline; due = stalls.dueNs()) {
            moveClocks(due);
            stalls.look(due, deadline);
        }
        moveClocks(deadline);
        for (Cpu cpu : cpus) {
            if (cpu.deadlineNs <= deadline) {
                cpu.deadlineNs = Cpu.NEVER;
                cpu.raise(Scheduler.IRQ_TIMER);
            }
        }
        if (hostDeadlineNs <= deadline) {
            hostDeadlineNs = Cpu.NEVER;
            sched.init.setState(TaskState.RUNNING);
            enqueue(selectCpu(sched.init), sched.init);
        }
    }

    private void moveClocks(long ns) {
        for (Cpu cpu : cpus) {
            cpu.clockNs = Math.max(cpu.clockNs, ns);
        }
    }

    long clockNs() {
        return active.clockNs;
    }

    /** Keeps the CPU busy for that long; interrupts may come if they are on. */
    void delay(long ns) {
        spin(new Delay(active.clockNs + ns));
    }

    private record Delay(long deadlineNs) implements SpinCondition {
        @Override
        public boolean isReady(Task task) {
            return task.cpu.clockNs >= deadlineNs;
        }

        @Override
        public String describeWait() {
            return "time to pass";
        }
    }

    // ---- Who waits ---------------------------------------------------------------------------

    /** A grace period of RCU begins that {@link #graceEnds} ends. */
    public void graceBegins(int sequence) {
        stalls.graceBegins(active.clockNs, sequence);
    }

    /** The grace period has ended. */
    public void graceEnds() {
        stalls.graceEnds();
    }

    /** All tasks, init and the idle ones included. */
    public ImmutableList<Task> allTasks() {
        ImmutableList.Builder<Task> all = ImmutableList.builder();
        all.addAll(tasks);
        for (Cpu cpu : cpus) {
            all.add(cpu.idle); // an interrupt may spin on it
        }
        return all.add(sched.init).build();
    }

    Waits waits() {
        return new Waits(allTasks(), cpus);
    }

    /** Whether it sleeps so that nothing wakes it but what it waits for. */
    boolean countsAsBlocked(Task task) {
        int state = task.state();
        boolean isHost = task == sched.init && hostDeadlineNs != Cpu.NEVER;
        return (state & TaskState.KILLABLE) == TaskState.UNINTERRUPTIBLE
                && task.cpu.current != task
                && !task.queued
                && !task.waitsIdly
                && !isHost;
    }

    /**
     * Whether it could run, and only the strategy keeps it from that by letting time pass: no
     * scheduler of Linux would.
     */
    boolean isHeldUpByJitter(Task task) {
        return jitter && (task.queued || task.cpu.current == task);
    }

    void program(Cpu cpu, long deadlineNs) {
        cpu.deadlineNs = deadlineNs;
    }

    void raise(Cpu cpu, int line) {
        touched(StepObserver.cpu(cpu.index()), cpu != active);
        cpu.raise(line);
        recount();
    }

    // ---- Tasks' threads ----------------------------------------------------------------------

    /** The end of a task's thread: hands the baton on. */
    void finish(Task task) {
        if (task.finished) {
            return; // left behind: it has no baton to hand on
        }
        if (!halting) {
            try {
                sched.checkExit(task);
                task.setState(TaskState.DEAD);
                tasks.remove(task);
                vacate(active, task);
                task.finished = true;
                leave(nextForced());
                return;
            } catch (KernelHalt halt) {
                // The run ended in there.
            } catch (Throwable thrown) {
                fail(thrown); // nobody is above to hear of it, and somebody must get the baton
            }
        }
        task.finished = true;
        task.setState(TaskState.DEAD);
        current = sched.init;
        threads.pass(sched.init);
    }

    /** As {@link #perform}, for a task that does not come back. */
    private void leave(int answer) {
        Cpu cpu = choices.cpu(answer);
        if (observer != null) {
            observer.begins(cpu.index());
        }
        active = cpu;
        Task next = cpu.current;
        if (choices.action(answer) == Choices.INTERRUPT) {
            next.interruptAssigned = true;
        } else if (next == cpu.idle && !inInterrupt(next)) {
            next = pick(cpu);
            cpu.current = next;
            next.cpu = cpu;
            events.switched(cpu, cpu.idle, next);
        }
        switchTo(next);
        recount();
        threads.pass(next);
    }

    /** The body of an idle task: interrupts arrive on it, and then it looks for work. */
    void idle(Task idle) {
        for (; ; ) {
            handleAssigned(idle);
            watchAnew();
            dispatch(idle);
        }
    }

    // ---- The end -----------------------------------------------------------------------------

    boolean halting() {
        return halting;
    }

    void halt() {
        halting = true;
    }

    /** Ends the run because of what an outsider threw. */
    void fail(Throwable thrown) {
        if (failure == null) {
            failure = thrown;
        }
        halting = true;
    }

    /** What {@link #fail} was told of first. */
    @Nullable Throwable failure() {
        return failure;
    }

    /** Ends every task's thread, one by one. Called by the host's thread, on a halted machine. */
    void unwind() {
        sched.init.thread = Thread.currentThread(); // not always the one that was here last
        for (Cpu cpu : cpus) {
            threads.unwind(cpu.idle);
        }
        for (Task task : tasks) {
            threads.unwind(task);
        }
        tasks.clear();
        current = sched.init;
    }

    /** The running task gets on: it may pass as many points as at first. */
    void watchAnew() {
        lockupEnd = step + sched.lockupPoints;
    }

    private void stuck(Task task) {
        watchAnew();
        if (sched.lockupPoints != Scheduler.NO_LOCKUP_LIMIT) {
            events.softLockup(task);
        }
    }
}
