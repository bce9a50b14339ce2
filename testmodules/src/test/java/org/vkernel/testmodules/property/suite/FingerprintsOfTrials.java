package org.vkernel.testmodules.property.suite;

import org.vkernel.emulator.explore.Strategies;

/** Prints the fingerprints of a few trials: two JVMs must print the same. */
final class FingerprintsOfTrials {
    private static final int TRIALS = 21;

    private FingerprintsOfTrials() {}

    /** A line for each trial. */
    static String lines() {
        PropertySuite suite = PropertySuite.all();
        StringBuilder lines = new StringBuilder();
        Trials trials = Trials.standard(1);
        for (int i = 0; i < TRIALS; i++) {
            Workload<?, ?> workload = suite.workloads().get(i % suite.workloads().size());
            Trial trial = Trial.of(suite, workload, trials.setting(i), i);
            lines.append(trial)
                    .append(' ')
                    .append(trial.run(Strategies.of(trials.strategy(i), i), false).fingerprint())
                    .append('\n');
        }
        return lines.toString();
    }

    public static void main(String[] args) {
        System.out.print(lines());
    }
}
