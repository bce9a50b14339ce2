package org.vkernel.emulator.explore;

import java.util.HashMap;
import java.util.Map;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;

/**
 * Partial-order sampling (Yuan et al. 2018): what each task is about to do has a random priority,
 * the highest is done, and what races with it is drawn anew.
 *
 * <p>So orders that differ in a race are met more evenly than by a walk, in which a task with many
 * harmless steps is always late.
 */
public final class Pos implements Strategy {
    /** The name on the command line. */
    public static final String NAME = "pos";

    private final SplitMix random;

    /** The priority of what each task is about to do; no entry: not drawn yet. */
    private final Map<Integer, Long> priorities = new HashMap<>();

    public Pos(long seed) {
        random = new SplitMix(seed);
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
        int best = 0;
        long highest = priority(view, 0);
        for (int i = 1; i < count; i++) {
            long priority = priority(view, i);
            if (priority > highest) {
                best = i;
                highest = priority;
            }
        }
        for (int i = 0; i < count; i++) {
            if (i == best || isRace(view, best, i)) {
                priorities.remove(TaskKeys.of(view, i));
            }
        }
        return best;
    }

    private long priority(Alternatives view, int alternative) {
        Integer key = TaskKeys.of(view, alternative);
        Long drawn = priorities.get(key);
        if (drawn == null) {
            drawn = random.nextLong();
            priorities.put(key, drawn);
        }
        return drawn;
    }

    private static boolean isRace(Alternatives view, int one, int other) {
        long object = view.object(one);
        return object != 0
                && object == view.object(other)
                && (Access.isWrite(view.access(one)) || Access.isWrite(view.access(other)));
    }
}
