package org.vkernel.emulator.explore;

import java.util.Arrays;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;

/**
 * All schedules of a program with a bounded number of unforced choices, one after the other.
 *
 * <p>Unforced is an answer other than 0 where the run could have gone on: a preemption, an
 * interrupt while the CPU is busy, time that passes early, an injected fault. Which CPU or task
 * goes on where none can is forced, and free. The search keeps the answers of the current path only
 * and runs the program anew for each.
 *
 * <pre>
 *   do { run(search.strategy()); } while (search.next());
 * </pre>
 */
public final class DepthFirstSearch {
    /** The name on the command line. */
    public static final String NAME = "exhaustive";

    private final int bound;

    // The current path: for each question how many alternatives, the answer, whether it was forced.
    private int[] counts = new int[64];
    private int[] answers = new int[64];
    private boolean[] forced = new boolean[64];
    private int length;

    /** How much of the path the next run is to take; beyond it answers are 0. */
    private int prefix;

    /**
     * Begins a search.
     *
     * @param bound most unforced choices of a schedule
     */
    public DepthFirstSearch(int bound) {
        this.bound = bound;
    }

    /** Runs the next schedule. */
    public Strategy strategy() {
        length = prefix;
        return new Run();
    }

    /**
     * Goes on to the next schedule, when one has run.
     *
     * @return false if that was the last
     */
    public boolean next() {
        int unforced = 0;
        for (int i = 0; i < length; i++) {
            unforced += isUnforced(i) ? 1 : 0;
        }
        for (int i = length - 1; i >= 0; i--) {
            unforced -= isUnforced(i) ? 1 : 0;
            if (answers[i] + 1 < counts[i] && (forced[i] || unforced < bound)) {
                answers[i]++;
                prefix = i + 1;
                return true;
            }
        }
        return false;
    }

    private boolean isUnforced(int question) {
        return answers[question] != 0 && !forced[question];
    }

    /** The answers of the schedule that ran last. */
    public int[] schedule() {
        return Arrays.copyOf(answers, length);
    }

    private final class Run implements Strategy {
        private int asked;

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public int choose(ChoiceKind kind, int count, Alternatives view) {
            int question = asked++;
            if (question < prefix) {
                if (counts[question] != count) {
                    throw new ScheduleMismatch(
                            "question "
                                    + (question + 1)
                                    + " had "
                                    + counts[question]
                                    + " alternatives in the run before, and has "
                                    + count
                                    + " now: the program is not deterministic");
                }
                return answers[question];
            }
            if (question == counts.length) {
                counts = Arrays.copyOf(counts, question * 2);
                answers = Arrays.copyOf(answers, question * 2);
                forced = Arrays.copyOf(forced, question * 2);
            }
            counts[question] = count;
            answers[question] = 0;
            forced[question] = kind == ChoiceKind.CPU || kind == ChoiceKind.TASK;
            length = question + 1;
            return 0;
        }
    }
}
