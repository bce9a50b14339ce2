package org.vkernel.benchmarks.compare;

/** Something that is done many times, one after the other. */
@FunctionalInterface
public interface Loop {
    /** Does it so many times. */
    void run(long operations);
}
