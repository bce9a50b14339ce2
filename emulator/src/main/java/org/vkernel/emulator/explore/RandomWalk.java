package org.vkernel.emulator.explore;

import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;

/**
 * Goes on for a random while, then takes a random alternative.
 *
 * <p>How long it goes on, on average, is drawn once from the seed (1 to 64 points): some runs
 * switch at nearly every point, others rarely, and races of either kind are met.
 */
public final class RandomWalk implements Strategy {
    /** The name on the command line. */
    public static final String NAME = "random";

    private final SplitMix random;
    private final int mask;
    private int left;

    public RandomWalk(long seed) {
        random = new SplitMix(seed);
        mask = (2 << random.nextInt(6)) - 1;
        left = draw();
    }

    private int draw() {
        return (int) (random.nextLong() >>> 33) & mask;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int choose(ChoiceKind kind, int count, Alternatives view) {
        return switch (kind) {
            case POINT -> {
                if (left-- > 0) {
                    yield 0;
                }
                left = draw();
                yield random.nextInt(count);
            }
            case FAULT -> random.nextInt(100) < view.percent() ? 1 : 0;
            case TIME -> random.nextInt(16) == 0 ? 1 : 0;
            case CPU, TASK -> random.nextInt(count);
        };
    }
}
