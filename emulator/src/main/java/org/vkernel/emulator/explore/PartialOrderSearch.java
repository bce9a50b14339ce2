package org.vkernel.emulator.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vkernel.emulator.explore.StepTrace.Footprint;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.StepObserver;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.sched.Task;

/**
 * All schedules of a program that differ in more than the order of independent steps: dynamic
 * partial-order reduction with source sets and sleep sets (Abdulla, Aronis, Jonsson and Sagonas
 * 2014, Algorithm 1).
 *
 * <p>How the algorithm's words map on this machine:
 *
 * <ul>
 *   <li>A <i>process</i> is a CPU: what it does next is fixed by itself, but for the task that it
 *       takes from its queue and the interrupt that it takes. Time is one more process.
 *   <li>An <i>event</i> is a step: from a point, where an access was announced, to the next point.
 *       Two depend on each other if they are of one CPU, if both touch an object and one of them
 *       writes it, or if one leaves something (a task, an interrupt, a signal) to the other's CPU.
 *       A wake-up writes the state of the woken task, which that task reads when it is about to
 *       sleep. Time that passes depends on everything. So does the step with which a task becomes
 *       preemptible while others wait for its CPU, since only the CPU that ran last can be taken
 *       from its task.
 *   <li><i>Enabled</i> is a CPU that the machine offers as an alternative, unless its task is about
 *       to take a spinlock that another holds.
 *   <li>A <i>race</i> is a pair of steps that depend on each other with none between them that
 *       orders them; it is found when a run has ended, from the steps' vector clocks. It is
 *       <i>reversed</i> where the first step was chosen: what needs not come after it, the second
 *       step included, is to come first, and the <i>initials</i> are the CPUs that can begin this.
 *       If none of them is to be tried there, one will be. A lock's release and the next taking of
 *       it do not race; the two takings do.
 *   <li>All that one CPU may do at a choice is tried: to go on, to take another task, to take an
 *       interrupt. So are all answers to a question about data: whether an allocation fails,
 *       whether time passes early, which task a free CPU takes. Give a program as many CPUs as it
 *       has tasks: tasks that share a CPU share a process, and every preemption is tried.
 * </ul>
 *
 * <p>Allocations commute: which of two comes first is not searched, so neither is which of them
 * gets the last memory. What runs while the choices are paused is not searched, either.
 *
 * <p>The search keeps the choices of the current path only, each with the CPUs to be tried, and
 * what those have touched that were.
 *
 * <pre>
 *   do { run(search.strategy()); } while (search.next());
 * </pre>
 */
public final class PartialOrderSearch {
    /** The name on the command line. */
    public static final String NAME = "dpor";

    private final StepTrace trace = new StepTrace();
    private final List<PathChoice> path = new ArrayList<>();

    /** How much of the path the next run is to take. */
    private int prefix;

    private long schedules;
    private long cuts;
    private boolean isCut;

    /** Runs the next schedule. */
    public Strategy strategy() {
        isCut = false;
        for (PathChoice choice : path) {
            choice.step = -1;
        }
        return new Run();
    }

    /** How many schedules have run to their ends. */
    public long schedules() {
        return schedules;
    }

    /** How many were given up, or ended, as others that differ in nothing. */
    public long cuts() {
        return cuts;
    }

    /** The answers of the schedule that ran last; before {@link #next}. */
    public int[] schedule() {
        return path.stream().mapToInt(choice -> choice.answer).toArray();
    }

    /**
     * Whether the schedule that ran last turned out to be one that had run, but for the order of
     * independent steps; before {@link #next}. What came of it says nothing.
     */
    public boolean wasCut() {
        if (!isCut) {
            int last = lastSwitch(path.size() - 1);
            isCut =
                    last >= 0
                            && path.get(last).step >= 0
                            && !stillAsleep(path.get(last), new ArrayList<>());
        }
        return isCut;
    }

    /**
     * Goes on to the next schedule, when one has run.
     *
     * @return false if that was the last
     */
    public boolean next() {
        if (wasCut()) {
            cuts++;
        } else {
            schedules++;
        }
        learn();
        for (int i = path.size() - 1; i >= 0; i--) {
            if (path.get(i).advance()) {
                prefix = i + 1;
                return true;
            }
            path.removeLast();
        }
        return false;
    }

    // ---- What a run teaches ------------------------------------------------------------------

    private int lastSwitch(int from) {
        int i = from;
        while (i >= 0 && path.get(i).processes == null) {
            i--;
        }
        return i;
    }

    /** Looks what else is to be tried, given the steps of the run that has ended. */
    private void learn() {
        noteEnd();
        int first = Math.max(0, lastSwitch(prefix - 1));
        int from = trace.length();
        for (int i = first; i < path.size(); i++) {
            PathChoice choice = path.get(i);
            if (choice.processes == null || choice.step < 0) {
                continue;
            }
            from = Math.min(from, choice.step);
            Footprint touched = trace.footprint(choice.step);
            choice.current = choice.current == null ? touched : choice.current.or(touched);
            if (trace.writes(choice.step, StepObserver.RUN_QUEUES)) {
                choice.toTry |= choice.idle; // an idle CPU may have had what was queued
            }
        }
        trace.findRaces(from, this::reverse);
    }

    /**
     * A run that ends while others could go on takes the next step from them: as if its last step
     * depended on theirs.
     */
    private void noteEnd() {
        int last = lastSwitch(path.size() - 1);
        if (isCut || last < 0 || path.get(last).step < 0) {
            return;
        }
        PathChoice choice = path.get(last);
        long held = choice.enabled & ~choice.asleep;
        for (int step = choice.step; step < trace.length(); step++) {
            held &= ~(1L << trace.process(step));
        }
        if (held != 0) {
            trace.flag(StepTrace.GLOBAL);
            choice.toTry |= held;
        }
    }

    private void reverse(int node, long initials, long awakened) {
        PathChoice choice = path.get(node);
        if ((initials & (choice.toTry | choice.asleep)) != 0
                || (awakened != 0 && (awakened & choice.enabled) == 0)) {
            return;
        }
        long able = initials & choice.enabled;
        if (able != 0) {
            choice.toTry |= Long.lowestOneBit(able);
        } else if (Long.bitCount(initials) > 1) {
            choice.toTry |= choice.enabled;
        }
    }

    /**
     * Finds who is still asleep after what ran since {@code choice}.
     *
     * @param still gets what those touch
     * @return false if one of them has run all the same, since there was nobody else
     */
    private boolean stillAsleep(PathChoice choice, List<Footprint> still) {
        int chosen = choice.process();
        addOthers(choice.sleepers, chosen, still);
        addOthers(choice.done, chosen, still);
        for (int step = choice.step; step < trace.length(); step++) {
            for (int i = still.size() - 1; i >= 0; i--) {
                Footprint sleeper = still.get(i);
                if (sleeper.process() == trace.process(step)) {
                    return false;
                }
                if (trace.depends(step, sleeper)) {
                    still.remove(i);
                }
            }
        }
        return true;
    }

    private static void addOthers(List<Footprint> from, int process, List<Footprint> to) {
        for (Footprint footprint : from) {
            if (footprint.process() != process) {
                to.add(footprint);
            }
        }
    }

    // ---- One run -----------------------------------------------------------------------------

    private final class Run implements Strategy, StepObserver {
        private final Map<Long, Task> holders = new HashMap<>();
        private final Set<Task> stopped = new HashSet<>();
        private int asked;
        private boolean exploring;

        /** The question whose answer is the next step; or {@link StepTrace#NO_NODE}. */
        private int chosenAt = StepTrace.NO_NODE;

        private int chosenFlags;

        /** Whether the last step has begun where its task is to go on from a point. */
        private boolean isOpen;

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public int choose(ChoiceKind kind, int count, Alternatives view) {
            boolean isSwitch = kind == ChoiceKind.POINT || kind == ChoiceKind.CPU;
            if (!exploring && isSwitch) {
                exploring = true;
                trace.clear(cpus(view));
            }
            int question = asked++;
            PathChoice choice;
            if (question < prefix) {
                choice = path.get(question);
                if (choice.count != count || (choice.processes != null) != isSwitch) {
                    throw new ScheduleMismatch(
                            "question "
                                    + (question + 1)
                                    + " was another in the run before: the program is not"
                                    + " deterministic");
                }
            } else {
                choice =
                        isSwitch
                                ? PathChoice.among(count, view, holders)
                                : new PathChoice(count, null);
                if (isSwitch && !begin(choice)) {
                    isCut = true;
                    return END_OF_RUN;
                }
                path.add(choice);
            }
            if (isSwitch) {
                chosenAt = question;
                noteQueues(kind, choice, view);
                Task at = view.task(0);
                if (kind == ChoiceKind.POINT && choice.answer != 0 && at != null) {
                    stopped.add(at);
                }
            }
            return choice.answer;
        }

        private int cpus(Alternatives view) {
            Task task = view.task(0);
            return task == null ? 0 : task.scheduler().cpuCount();
        }

        /** Takes the first alternative that is to be tried; false if none is. */
        private boolean begin(PathChoice choice) {
            int last = lastSwitch(path.size() - 1);
            if (last >= 0) {
                List<Footprint> still = new ArrayList<>();
                if (!stillAsleep(path.get(last), still)) {
                    return false;
                }
                choice.sleepers = still;
                for (Footprint sleeper : still) {
                    choice.asleep |= 1L << sleeper.process();
                }
            }
            if (choice.enabled == 0) {
                // All wait for locks, so nobody will ever go on; let the machine find that out.
                Arrays.fill(choice.blocked, 1, choice.count, true);
                choice.blocked[0] = false;
                choice.enabled = 1L << choice.process();
                choice.asleep = 0;
            }
            for (int i = 0; i < choice.count; i++) {
                choice.answer = i;
                long process = 1L << choice.process();
                if (!choice.blocked[i] && (choice.asleep & process) == 0) {
                    choice.toTry |= process;
                    return true;
                }
            }
            return false;
        }

        /** Looks whether tasks wait for the CPU of the task that came to a point. */
        private void noteQueues(ChoiceKind kind, PathChoice choice, Alternatives view) {
            chosenFlags = 0;
            int[] processes = choice.processes;
            if (kind != ChoiceKind.POINT || processes == null) {
                return;
            }
            for (int i = 1; i < choice.count; i++) {
                if (processes[i] == processes[0] && !view.isInterrupt(i)) {
                    trace.flag(StepTrace.GLOBAL);
                    choice.toTry |= 1L << processes[0];
                    if (i == choice.answer) {
                        chosenFlags = StepTrace.GLOBAL;
                    }
                }
            }
        }

        // ---- What the machine tells ----

        private void beginStep(int process) {
            if (!exploring) {
                return;
            }
            if (chosenAt != StepTrace.NO_NODE) {
                path.get(chosenAt).step = trace.length();
            }
            trace.begin(process, chosenAt, chosenFlags);
            chosenAt = StepTrace.NO_NODE;
            chosenFlags = 0;
        }

        @Override
        public void begins(int cpu) {
            beginStep(cpu + 1);
            isOpen = true;
        }

        @Override
        public void passed(Task task, int access, long object) {
            boolean wasStopped = stopped.remove(task);
            if (!isOpen || !wasStopped || chosenAt != StepTrace.NO_NODE) {
                beginStep(task.cpu().index() + 1);
            }
            isOpen = false;
            if (object == 0) {
                return;
            }
            switch (access) {
                case Access.LOCK, Access.TRY_LOCK -> {
                    if (holders.putIfAbsent(object, task) == null || access == Access.LOCK) {
                        locks(object, access == Access.LOCK ? StepTrace.LOCK : StepTrace.TAKEN);
                    } else {
                        touched(object, true);
                    }
                }
                case Access.UNLOCK -> {
                    holders.remove(object);
                    locks(object, StepTrace.UNLOCK);
                }
                default -> touched(object, Access.isWrite(access));
            }
        }

        private void locks(long object, int flag) {
            if (exploring) {
                trace.locks(object, flag);
            }
        }

        @Override
        public void acquired(Task task, long lock) {
            holders.put(lock, task);
            locks(lock, StepTrace.LOCK);
        }

        @Override
        public void touched(long object, boolean isWrite) {
            if (exploring) {
                trace.touch(object, isWrite);
            }
        }

        @Override
        public void timePassed() {
            beginStep(StepTrace.TIME);
            isOpen = false;
        }
    }
}
