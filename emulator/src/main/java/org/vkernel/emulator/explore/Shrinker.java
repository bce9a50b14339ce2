package org.vkernel.emulator.explore;

import org.jspecify.annotations.Nullable;

/**
 * Makes a failing schedule smaller: fewer answers other than "go on", and the same failure.
 *
 * <p>Delta debugging (Zeller and Hildebrandt 2002): leaves out parts of it, halves first, single
 * answers last, and keeps what still fails. An answer that is left out moves the questions behind
 * it, so each success is taken as what the run really answered.
 */
public final class Shrinker {
    /** Runs after which a schedule is small enough. */
    private static final int MOST_RUNS = 3_000;

    /** How far an answer is moved where one before it is left out. */
    private static final int MOST_SHIFT = 6;

    /** How far where few are left, of which each is one more thing to understand. */
    private static final int MOST_SHIFT_OF_FEW = 24;

    private static final int FEW = 8;

    private final Program program;
    private final String failure;
    private int runs;

    /**
     * Shrinks schedules of {@code program} that fail with {@code failure}.
     *
     * @param failure as {@link Program.Outcome#failure} says it
     */
    public Shrinker(Program program, String failure) {
        this.program = program;
        this.failure = failure;
    }

    /** How often the program has run. */
    public int runs() {
        return runs;
    }

    /** A schedule with the same failure, at most as large as {@code failing}. */
    public SparseSchedule shrink(SparseSchedule failing) {
        SparseSchedule best = failing;
        for (int chunk = best.size(); chunk >= 1 && runs < MOST_RUNS; ) {
            SparseSchedule smaller = withoutSomeChunk(best, chunk);
            if (smaller == null && chunk == 1) {
                smaller = withoutOneShifted(best);
            }
            if (smaller == null) {
                chunk /= 2;
            } else {
                best = smaller;
                chunk = Math.min(chunk, best.size());
            }
        }
        return best;
    }

    /** The latest answers go first: what happens behind the failure's cause is only noise. */
    private @Nullable SparseSchedule withoutSomeChunk(SparseSchedule schedule, int chunk) {
        for (int to = schedule.size(); to > 0 && runs < MOST_RUNS; to -= chunk) {
            SparseSchedule smaller = failing(schedule.without(Math.max(0, to - chunk), to, 0));
            if (smaller != null && smaller.size() < schedule.size()) {
                return smaller;
            }
        }
        return null;
    }

    /** Leaves out one answer, and gives those behind it a few questions earlier or later. */
    private @Nullable SparseSchedule withoutOneShifted(SparseSchedule schedule) {
        int most = schedule.size() <= FEW ? MOST_SHIFT_OF_FEW : MOST_SHIFT;
        for (int left = schedule.size() - 1; left >= 0; left--) {
            for (int distance = 1; distance <= most && runs < MOST_RUNS; distance++) {
                for (int shift : new int[] {-distance, distance}) {
                    SparseSchedule smaller = failing(schedule.without(left, left + 1, shift));
                    if (smaller != null && smaller.size() < schedule.size()) {
                        return smaller;
                    }
                }
            }
        }
        return null;
    }

    private @Nullable SparseSchedule failing(SparseSchedule candidate) {
        runs++;
        Program.Outcome outcome = program.run(candidate.strategy(), true);
        return failure.equals(outcome.failure()) ? SparseSchedule.of(outcome.schedule()) : null;
    }
}
