package org.vkernel.emulator.sched;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The question that the simulated machine asks at the moment: its alternatives, and the answers so
 * far.
 *
 * <p>Exclusive to the holder of the baton, as the machine is.
 */
final class Choices implements Alternatives {
    /** A CPU goes on with its current task, or takes one if it is idle. */
    static final int RUN = 0;

    /** A pending interrupt is delivered on top of a CPU's current task. */
    static final int INTERRUPT = 1;

    /** A queued task takes this CPU from the task that asks. */
    static final int PREEMPT = 2;

    /** Time passes up to the next timer. */
    static final int PASS_TIME = 3;

    private final SimMachine machine;
    private final Strategy strategy;
    private final MachineEvents events;
    private final boolean recording;

    private int count;

    /** The task at whose point they are, as long as they are counted but not listed. */
    private @Nullable Task unlisted;

    private int[] action = new int[16];
    private @Nullable Cpu[] cpu = new Cpu[16];
    private @Nullable Task[] task = new Task[16];

    /** What the plan of faults says of the question, which is about one. */
    private int percent;

    /** Whether nobody is asked: all answers are 0. */
    private boolean paused;

    private int[] schedule = new int[64];
    private int scheduleLength;

    Choices(SimMachine machine, Strategy strategy, MachineEvents events, boolean recording) {
        this.machine = machine;
        this.strategy = strategy;
        this.events = events;
        this.recording = recording;
    }

    void clear() {
        unlisted = null;
        count = 0;
    }

    void add(int what, @Nullable Cpu where, @Nullable Task who) {
        if (count == action.length) {
            action = Arrays.copyOf(action, count * 2);
            cpu = Arrays.copyOf(cpu, count * 2);
            task = Arrays.copyOf(task, count * 2);
        }
        action[count] = what;
        cpu[count] = where;
        task[count++] = who;
    }

    int count() {
        return count;
    }

    int action(int alternative) {
        return action[alternative];
    }

    Cpu cpu(int alternative) {
        return Objects.requireNonNull(cpu[alternative]);
    }

    // ---- Asking ------------------------------------------------------------------------------

    /** The strategy is no part of the kernel: what it throws is no oops of the running task. */
    private int answer(ChoiceKind kind) {
        try {
            int answer = strategy.choose(kind, count, this);
            if (answer == Strategy.END_OF_RUN) {
                machine.halt();
                throw new KernelHalt();
            }
            if (answer >= 0 && answer < count) {
                return answer;
            }
            throw new IllegalStateException(
                    "strategy " + strategy.name() + " answered " + answer + " of " + count);
        } catch (KernelHalt end) {
            throw end;
        } catch (RuntimeException | Error thrown) {
            machine.fail(thrown);
            throw new KernelHalt();
        }
    }

    void setPaused(boolean value) {
        paused = value;
    }

    /** Asks about the listed alternatives. */
    int ask(ChoiceKind kind) {
        if (paused) {
            return 0;
        }
        int answer = answer(kind);
        if (recording) {
            record(answer);
        }
        if (answer != 0 || kind != ChoiceKind.POINT) {
            events.chosen(kind, count, answer, machine.step());
        }
        return answer;
    }

    /** Asks at a point with that many alternatives, which are listed when somebody looks. */
    int askAtPoint(Task at, int alternatives) {
        unlisted = at;
        count = alternatives;
        return ask(ChoiceKind.POINT);
    }

    /** Asks about alternatives that are no tasks. */
    int askPlain(ChoiceKind kind, int alternatives) {
        clear();
        for (int i = 0; i < alternatives; i++) {
            add(RUN, null, null);
        }
        return ask(kind);
    }

    /** Asks whether what goes wrong in so many of a hundred cases does so now. */
    int askFault(int inHundred) {
        percent = inHundred;
        int answer = askPlain(ChoiceKind.FAULT, 2);
        percent = 0;
        return answer;
    }

    private void record(int answer) {
        if (scheduleLength == schedule.length) {
            schedule = Arrays.copyOf(schedule, scheduleLength * 2);
        }
        schedule[scheduleLength++] = answer;
    }

    int[] schedule() {
        return Arrays.copyOf(schedule, scheduleLength);
    }

    // ---- What a strategy sees ----------------------------------------------------------------

    void ensureListed() {
        Task at = unlisted;
        if (at != null) {
            unlisted = null;
            machine.list(at, at.pendingAccess);
        }
    }

    @Override
    public @Nullable Task task(int alternative) {
        ensureListed();
        return task[alternative];
    }

    @Override
    public int access(int alternative) {
        Task of = task(alternative);
        return of == null ? Access.RELAX : of.pendingAccess;
    }

    @Override
    public long object(int alternative) {
        Task of = task(alternative);
        return of == null || isInterrupt(alternative) ? 0 : of.pendingObject;
    }

    @Override
    public boolean isInterrupt(int alternative) {
        ensureListed();
        return action[alternative] == INTERRUPT;
    }

    @Override
    public int percent() {
        return percent;
    }
}
