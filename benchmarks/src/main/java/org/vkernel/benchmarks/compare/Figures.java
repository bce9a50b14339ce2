package org.vkernel.benchmarks.compare;

import com.google.common.math.Quantiles;
import com.google.common.primitives.Doubles;
import java.util.List;

/** What the rounds of one workload in one column took, in nanoseconds for each operation. */
final class Figures {
    private static final int PERCENT = 100;

    private final double[] rounds;

    Figures(List<Double> rounds) {
        this.rounds = Doubles.toArray(rounds);
    }

    double median() {
        return Quantiles.median().compute(rounds);
    }

    double least() {
        return Doubles.min(rounds);
    }

    double most() {
        return Doubles.max(rounds);
    }

    int count() {
        return rounds.length;
    }

    /** Half the distance between the quartiles, in percent of the median. */
    double spread() {
        Quantiles.Scale quartiles = Quantiles.quartiles();
        double low = quartiles.index(1).compute(rounds);
        double high = quartiles.index(3).compute(rounds);
        return PERCENT * (high - low) / 2 / median();
    }
}
