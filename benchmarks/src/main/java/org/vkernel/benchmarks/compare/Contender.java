package org.vkernel.benchmarks.compare;

/**
 * A workload that is ready to run on something, as often as one likes. Public, as {@link Loop} is,
 * since all {@link ColumnClasses} share it.
 */
public interface Contender extends AutoCloseable {
    /**
     * Does its operations.
     *
     * @return how long they took, in nanoseconds, without what had to be prepared
     */
    long run(long operations);

    /** How many operations are done at least, whatever {@link #run} is asked for. */
    default long least() {
        return 1;
    }

    @Override
    default void close() {}

    /** A loop without a kernel, timed as a whole. */
    static Contender of(Loop loop) {
        return operations -> {
            long before = System.nanoTime();
            loop.run(operations);
            return System.nanoTime() - before;
        };
    }
}
