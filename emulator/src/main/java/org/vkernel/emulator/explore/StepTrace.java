package org.vkernel.emulator.explore;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.vkernel.emulator.sched.StepObserver;

/**
 * The steps of one run, what each touched, and which happened before which.
 *
 * <p>Processes are numbered: 0 is time, {@code c + 1} is CPU {@code c}. A step's clock says for
 * each process how many of its steps happened before, itself included.
 */
final class StepTrace {
    /** The process whose steps let time pass. */
    static final int TIME = 0;

    /** Depends on every step of every other process. */
    static final int GLOBAL = 1;

    /** Takes a lock, and waits as long as another has it. */
    static final int LOCK = 2;

    /** Gives a lock back. */
    static final int UNLOCK = 4;

    /** Has taken a lock that it only tried for. */
    static final int TAKEN = 8;

    /** The step was not chosen among others. */
    static final int NO_NODE = -1;

    /** What a race is told to. */
    interface Races {
        /**
         * A step raced with a later one, which could have been first.
         *
         * @param node where the first step was chosen
         * @param initials a bit for each process that can begin what is to come first
         * @param awakened the bit of the second step's process, if the first may be what lets it
         *     run at all; else 0
         */
        void race(int node, long initials, long awakened);
    }

    private int width;
    private int length;
    private int[] process = new int[64];
    private int[] flags = new int[64];
    private int[] node = new int[64];
    private int[] firstAccess = new int[65];
    private long[] lock = new long[64];

    /** Twice the object's number, and 1 more for a write. */
    private long[] accesses = new long[256];

    private int accessCount;

    private int[] clocks = new int[0];

    /** What the analysis knows of an object, as far as it has got. */
    private static final class ObjectState {
        /** The last step that wrote it. */
        int write = -1;

        /** For each process its last step that read it, since it was written. */
        final int[] reads;

        /** The last step that took the lock. */
        int locked = -1;

        ObjectState(int width) {
            reads = new int[width];
            Arrays.fill(reads, -1);
        }
    }

    // ---- Recording ---------------------------------------------------------------------------

    /** Forgets all steps; the machine has {@code cpus} CPUs. */
    void clear(int cpus) {
        if (cpus >= Long.SIZE) {
            throw new IllegalArgumentException(
                    cpus + " CPUs: the reduction knows at most " + (Long.SIZE - 1));
        }
        width = cpus + 1;
        length = 0;
        accessCount = 0;
    }

    int length() {
        return length;
    }

    /** A new step begins. */
    void begin(int of, int chosenAt, int withFlags) {
        if (length == process.length) {
            process = Arrays.copyOf(process, length * 2);
            flags = Arrays.copyOf(flags, length * 2);
            node = Arrays.copyOf(node, length * 2);
            lock = Arrays.copyOf(lock, length * 2);
            firstAccess = Arrays.copyOf(firstAccess, length * 2 + 1);
        }
        process[length] = of;
        flags[length] = of == TIME ? withFlags | GLOBAL : withFlags;
        node[length] = chosenAt;
        firstAccess[length] = accessCount;
        length++;
        firstAccess[length] = accessCount;
        if (of != TIME) {
            touch(StepObserver.cpu(of - 1), false);
        }
    }

    /** The last step touches {@code object}. */
    void touch(long object, boolean isWrite) {
        if (length == 0) {
            return;
        }
        for (int i = firstAccess[length - 1]; i < accessCount; i++) {
            if (accesses[i] >> 1 == object) {
                accesses[i] |= isWrite ? 1 : 0;
                return;
            }
        }
        if (accessCount == accesses.length) {
            accesses = Arrays.copyOf(accesses, accessCount * 2);
        }
        accesses[accessCount++] = object << 1 | (isWrite ? 1 : 0);
        firstAccess[length] = accessCount;
    }

    /** The last step takes a lock or gives it back. */
    void locks(long object, int flag) {
        touch(object, true);
        if (length != 0) {
            lock[length - 1] = object;
            flags[length - 1] |= flag;
        }
    }

    /** Gives the last step more flags. */
    void flag(int more) {
        if (length != 0) {
            flags[length - 1] |= more;
        }
    }

    int process(int step) {
        return process[step];
    }

    /** What the step has touched. */
    Footprint footprint(int step) {
        return new Footprint(
                process[step],
                (flags[step] & GLOBAL) != 0,
                Arrays.copyOfRange(accesses, firstAccess[step], firstAccess[step + 1]));
    }

    boolean writes(int step, long object) {
        long write = object << 1 | 1;
        for (int i = firstAccess[step]; i < firstAccess[step + 1]; i++) {
            if (accesses[i] == write) {
                return true;
            }
        }
        return false;
    }

    /** Whether the order of the step and of one with that footprint matters. */
    boolean depends(int step, Footprint other) {
        if (process[step] == other.process() || other.isGlobal() || (flags[step] & GLOBAL) != 0) {
            return true;
        }
        for (int i = firstAccess[step]; i < firstAccess[step + 1]; i++) {
            if (other.conflicts(accesses[i])) {
                return true;
            }
        }
        return false;
    }

    /**
     * What a step touches, apart from its run.
     *
     * @param accesses twice an object's number each, and 1 more for a write
     */
    record Footprint(int process, boolean isGlobal, long[] accesses) {
        boolean conflicts(long access) {
            for (long own : accesses) {
                if (own >> 1 == access >> 1 && ((own | access) & 1) != 0) {
                    return true;
                }
            }
            return false;
        }

        /** What either touches; both are of the same process. */
        Footprint or(Footprint other) {
            long[] both = Arrays.copyOf(accesses, accesses.length + other.accesses.length);
            System.arraycopy(other.accesses, 0, both, accesses.length, other.accesses.length);
            return new Footprint(process, isGlobal || other.isGlobal, both);
        }
    }

    // ---- What happened before what -----------------------------------------------------------

    private int clock(int step, int of) {
        return clocks[step * width + of];
    }

    private boolean happenedBefore(int step, int[] clock) {
        return clock[process[step]] >= clock(step, process[step]);
    }

    private void join(int[] clock, int step) {
        for (int i = 0; i < width; i++) {
            clock[i] = Math.max(clock[i], clock(step, i));
        }
    }

    /**
     * Tells the races whose second step is {@code from} or a later one.
     *
     * <p>Two steps race if they depend on each other and none between them orders them.
     */
    void findRaces(int from, Races races) {
        if (clocks.length < length * width) {
            clocks = new int[length * width * 2];
        }
        Map<Long, ObjectState> objects = new HashMap<>();
        int[] last = new int[width];
        int[] lastGlobal = new int[width];
        Arrays.fill(last, -1);
        Arrays.fill(lastGlobal, -1);
        int[] candidates = new int[64];
        for (int step = 0; step < length; step++) {
            int self = process[step];
            int[] clock = new int[width];
            if (last[self] >= 0) {
                join(clock, last[self]);
            }
            boolean takesLock = (flags[step] & LOCK) != 0;
            ObjectState taken = takesLock ? objects.get(lock[step]) : null;
            int released =
                    taken != null && taken.write >= 0 && (flags[taken.write] & UNLOCK) != 0
                            ? taken.write
                            : -1;
            int[] waitless = clock.clone();

            int count = 0;
            int[] before = (flags[step] & GLOBAL) != 0 ? last : lastGlobal;
            candidates = room(candidates, width * (2 + firstAccess[step + 1] - firstAccess[step]));
            for (int i = 0; i < width; i++) {
                candidates[count++] = before[i];
            }
            for (int i = firstAccess[step]; i < firstAccess[step + 1]; i++) {
                ObjectState state = objects.get(accesses[i] >> 1);
                if (state != null) {
                    candidates[count++] = state.write;
                    if ((accesses[i] & 1) != 0) {
                        for (int read : state.reads) {
                            candidates[count++] = read;
                        }
                    }
                }
            }
            Arrays.sort(candidates, 0, count);
            boolean isNew = step >= from;
            int[] racing = new int[count];
            int found = 0;
            for (int i = count - 1; i >= 0 && candidates[i] >= 0; i--) {
                int other = candidates[i];
                if (other != released && process[other] != self) {
                    join(waitless, other);
                }
                if (process[other] == self || happenedBefore(other, clock)) {
                    continue;
                }
                if (other != released) {
                    racing[found++] = other;
                }
                join(clock, other);
            }
            clock[self]++;
            System.arraycopy(clock, 0, clocks, step * width, width);
            if (isNew) {
                for (int i = 0; i < found; i++) {
                    tell(races, racing[i], step, clock);
                }
                // Who waited for the lock could have had it first, not in the middle.
                if (released >= 0
                        && taken != null
                        && taken.locked >= 0
                        && process[taken.locked] != self
                        && !happenedBefore(taken.locked, waitless)) {
                    waitless[self] = clock[self];
                    tell(races, taken.locked, step, waitless);
                }
            }
            note(step, objects);
            last[self] = step;
            if ((flags[step] & GLOBAL) != 0) {
                lastGlobal[self] = step;
            }
        }
    }

    private static int[] room(int[] array, int atLeast) {
        return array.length >= atLeast ? array : new int[atLeast * 2];
    }

    private void note(int step, Map<Long, ObjectState> objects) {
        for (int i = firstAccess[step]; i < firstAccess[step + 1]; i++) {
            ObjectState state =
                    objects.computeIfAbsent(accesses[i] >> 1, unknown -> new ObjectState(width));
            if ((accesses[i] & 1) != 0) {
                state.write = step;
                Arrays.fill(state.reads, -1);
            } else {
                state.reads[process[step]] = step;
            }
        }
        if ((flags[step] & (LOCK | TAKEN)) != 0) {
            ObjectState state = objects.get(lock[step]);
            if (state != null) {
                state.locked = step;
            }
        }
    }

    /**
     * Tells that {@code first} and {@code second} race: what comes after the first and does not
     * need it, up to the second, can come before it.
     */
    private void tell(Races races, int first, int second, int[] clock) {
        if (node[first] == NO_NODE) {
            return;
        }
        long initials = 0;
        long seen = 0;
        int[] begins = new int[width];
        for (int step = first + 1; step <= second; step++) {
            int of = process[step];
            if (step != second && clock(step, process[first]) >= clock(first, process[first])) {
                continue;
            }
            if ((seen & 1L << of) != 0) {
                continue;
            }
            boolean isInitial = true;
            for (int i = 0; i < width && isInitial; i++) {
                int seesOther = step == second ? clock[i] : clock(step, i);
                isInitial = (seen & 1L << i) == 0 || i == of || seesOther < begins[i];
            }
            seen |= 1L << of;
            begins[of] = step == second ? clock[of] : clock(step, of);
            if (isInitial) {
                initials |= 1L << of;
            }
        }
        int late = process[second];
        boolean isAwakened =
                late != TIME
                        && begins[late] == clock[late]
                        && writes(first, StepObserver.cpu(late - 1));
        races.race(node[first], initials, isAwakened ? 1L << late : 0);
    }
}
