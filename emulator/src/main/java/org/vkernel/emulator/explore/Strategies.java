package org.vkernel.emulator.explore;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.sched.Strategy;

/** The strategies that draw one schedule from a seed, by their names. */
public final class Strategies {
    /** Their names. */
    public static final ImmutableList<String> NAMES =
            ImmutableList.of(RandomWalk.NAME, RoundRobin.NAME, Pct.NAME, Pos.NAME);

    /** Questions of a run, where nobody has counted them. */
    private static final int DEFAULT_LENGTH = 1_000;

    private Strategies() {}

    /**
     * Makes the strategy of one run.
     *
     * @param text its name; behind that of {@link Pct} may follow {@code -DEPTH-LENGTH}
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Strategy of(String text, long seed) {
        List<String> parts = Splitter.on('-').splitToList(text);
        return switch (text) {
            case RandomWalk.NAME -> new RandomWalk(seed);
            case RoundRobin.NAME -> new RoundRobin();
            case Pos.NAME -> new Pos(seed);
            case Pct.NAME -> new Pct(seed, Pct.DEFAULT_DEPTH, DEFAULT_LENGTH);
            default -> {
                if (parts.size() != 3 || !parts.getFirst().equals(Pct.NAME)) {
                    throw new IllegalArgumentException("no strategy '" + text + "'");
                }
                yield new Pct(seed, Integer.parseInt(parts.get(1)), Integer.parseInt(parts.get(2)));
            }
        };
    }

    /**
     * The name of a strategy that suits runs of a known length.
     *
     * @param length how many questions a run asks, roughly
     */
    public static String suited(String name, int length) {
        return name.equals(Pct.NAME) ? Pct.NAME + "-" + Pct.DEFAULT_DEPTH + "-" + length : name;
    }
}
