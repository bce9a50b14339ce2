package org.vkernel.emulator.explore;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Strategy;

/** Something that runs the same way under the same schedule, as often as one likes. */
@FunctionalInterface
public interface Program {
    /**
     * Runs it once, in a kernel of its own.
     *
     * @param strategy answers its choices
     * @param recording whether the answers are wanted back
     */
    Outcome run(Strategy strategy, boolean recording);

    /**
     * What came of a run.
     *
     * @param failure what failed, in words that are the same for the same failure on another path;
     *     null if nothing did
     * @param known whether it broke a rule in a way that Linux does, too
     * @param fingerprint a hash of all that happened
     * @param schedule the answers, where they were wanted
     */
    record Outcome(@Nullable String failure, boolean known, String fingerprint, int[] schedule) {}
}
