package org.vkernel.testmodules.property.suite;

import org.vkernel.emulator.explore.ReplayToken;

/**
 * A trial that failed.
 *
 * @param trial what was run
 * @param strategy the strategy's name; its seed is the trial's
 * @param number how many trials had run before it
 * @param result what came of it; its failure names the property, or the rule of a checker
 */
public record Finding(Trial trial, String strategy, long number, Trial.Result result) {
    /** The property or rule that failed. */
    public String failure() {
        return String.valueOf(result.outcome().failure());
    }

    /** Whether a property failed, not a rule of the kernel. */
    boolean isOfProperty() {
        return result.violations().stream().anyMatch(v -> v.failure().equals(failure()));
    }

    /** What repeats this run. */
    public ReplayToken token() {
        return new ReplayToken(
                trial.toString(),
                strategy,
                trial.seed(),
                null,
                ReplayToken.checkOf(result.outcome().fingerprint()));
    }
}
