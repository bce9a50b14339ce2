package org.vkernel.benchmarks.compare;

/**
 * How long is measured.
 *
 * @param rounds how often each column has its turn
 * @param roundNanos how long a turn takes
 * @param warmUpNanos how long it runs before, at least
 * @param summarisedNanos the same for those of the last line: until the compiler has done with them
 */
record Effort(int rounds, long roundNanos, long warmUpNanos, long summarisedNanos) {
    /** Less than a minute for all. */
    static final Effort QUICK = new Effort(5, 12_000_000, 150_000_000, 700_000_000);

    /** Some minutes for all. */
    static final Effort FULL = new Effort(15, 100_000_000, 1_500_000_000, 4_500_000_000L);
}
