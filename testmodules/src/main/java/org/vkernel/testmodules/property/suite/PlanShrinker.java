package org.vkernel.testmodules.property.suite;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.explore.Program.Outcome;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.explore.Shrinker;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.emulator.sched.Strategy;

/**
 * Makes a failing trial smaller: fewer actions first, each time with some schedules of their own,
 * then a smaller schedule.
 */
final class PlanShrinker {
    /** Schedules that a smaller plan is tried with: the failing one does not fit it any more. */
    private static final int SCHEDULES = 120;

    private static final int MOST_RUNS = 3_000;

    private final String failure;
    private final String strategy;
    private int runs;

    /**
     * Shrinks trials that fail with {@code failure}.
     *
     * @param strategy what draws their schedules
     */
    PlanShrinker(String failure, String strategy) {
        this.failure = failure;
        this.strategy = strategy;
    }

    /** A trial and the schedule that it fails under. */
    record Small(Trial trial, SparseSchedule schedule) {}

    /** What {@code trial}, which fails under the strategy of its seed, is made into. */
    Small shrink(Trial trial) {
        Small best = failing(trial, Strategies.of(strategy, trial.seed()));
        if (best == null) {
            throw new IllegalStateException(trial + " does not fail again: " + failure);
        }
        int size = best.trial.actions().size();
        for (int chunk = Math.max(1, size / 2); chunk >= 1 && runs < MOST_RUNS; ) {
            Small smaller = withoutSome(best, chunk);
            if (smaller == null) {
                chunk /= 2;
            } else {
                best = smaller;
            }
        }
        return withSmallerSchedule(best);
    }

    private Small withSmallerSchedule(Small from) {
        Shrinker shrinker = new Shrinker(from.trial, failure);
        return new Small(from.trial, shrinker.shrink(from.schedule));
    }

    private @Nullable Small withoutSome(Small from, int chunk) {
        ImmutableList<Integer> actions = from.trial.actions();
        for (int to = actions.size(); to > 0 && runs < MOST_RUNS; to -= chunk) {
            List<Integer> left = new ArrayList<>(actions);
            left.subList(Math.max(0, to - chunk), to).clear();
            Trial candidate = from.trial.keeping(left);
            Small smaller = failing(candidate, from.schedule.strategy());
            for (int i = 0; smaller == null && i < SCHEDULES && runs < MOST_RUNS; i++) {
                String name = i % 2 == 0 ? RandomWalk.NAME : strategy;
                smaller = failing(candidate, Strategies.of(name, candidate.seed() + i));
            }
            if (smaller != null) {
                return smaller;
            }
        }
        return null;
    }

    private @Nullable Small failing(Trial trial, Strategy schedule) {
        runs++;
        Outcome outcome = trial.run(schedule, true);
        return failure.equals(outcome.failure())
                ? new Small(trial, SparseSchedule.of(outcome.schedule()))
                : null;
    }
}
