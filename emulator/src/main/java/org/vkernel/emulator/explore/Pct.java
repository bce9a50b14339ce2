package org.vkernel.emulator.explore;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;

/**
 * Probabilistic concurrency testing (Burckhardt et al. 2010): each task has a random priority, the
 * highest runs, and at a few random questions the running task falls below all others.
 *
 * <p>A bug that needs {@code depth} ordered events is met with a probability of at least one in
 * {@code tasks * length^(depth - 1)}. A pending interrupt is a task of its own. Beyond the paper: a
 * task that goes on for very long although others could run falls, too, since it may poll for what
 * they have to do. And time has no priority where it may pass early, since it could pass for ever:
 * it is drawn.
 */
public final class Pct implements Strategy {
    /** The name on the command line. */
    public static final String NAME = "pct";

    /** How many ordered events a bug takes, at least this. */
    public static final int DEFAULT_DEPTH = 3;

    /** Questions in a row that a task may go on at. */
    private static final int PATIENCE = 5_000;

    /** One in so many points, time passes early where it may. */
    private static final int POINTS_OF_TIME = 64;

    private final SplitMix random;

    /** The questions at which the running task falls. */
    private final long[] changes;

    private final Map<Integer, Long> priorities = new HashMap<>();
    private long question;
    private int inARow;

    /** What the next one to fall gets: below all before. */
    private long lowest;

    /**
     * Draws the priorities' changes.
     *
     * @param length how many questions a run asks, roughly
     */
    public Pct(long seed, int depth, int length) {
        random = new SplitMix(seed);
        changes = new long[Math.max(0, depth - 1)];
        for (int i = 0; i < changes.length; i++) {
            changes[i] = random.nextInt(Math.max(1, length));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int choose(ChoiceKind kind, int count, Alternatives view) {
        if (kind == ChoiceKind.FAULT) {
            return random.nextInt(100) < view.percent() ? 1 : 0;
        }
        if (kind == ChoiceKind.TIME) {
            return random.nextInt(16) == 0 ? 1 : 0;
        }
        long now = question++;
        if (kind == ChoiceKind.POINT && (isChange(now) || inARow >= PATIENCE)) {
            inARow = 0;
            priorities.put(TaskKeys.of(view, 0), --lowest);
        }
        int tasks = count;
        if (kind == ChoiceKind.POINT && view.task(count - 1) == null) {
            tasks = count - 1;
            if (random.nextInt(POINTS_OF_TIME) == 0) {
                return tasks;
            }
        }
        int best = 0;
        long highest = priority(view, 0);
        for (int i = 1; i < tasks; i++) {
            long priority = priority(view, i);
            if (priority > highest) {
                best = i;
                highest = priority;
            }
        }
        inARow = best == 0 ? inARow + 1 : 0;
        return best;
    }

    private boolean isChange(long now) {
        for (long change : changes) {
            if (change == now) {
                return true;
            }
        }
        return false;
    }

    private long priority(Alternatives view, int alternative) {
        return Objects.requireNonNull(
                priorities.computeIfAbsent(
                        TaskKeys.of(view, alternative), unknown -> random.nextLong() >>> 2));
    }
}
