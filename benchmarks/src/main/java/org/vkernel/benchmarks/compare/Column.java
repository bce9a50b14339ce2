package org.vkernel.benchmarks.compare;

/** What a workload runs on. */
enum Column {
    /** vkernel on the parallel machine, with checks off. */
    PARALLEL,

    /** vkernel on the simulated machine with one CPU, with checks off: every access is a point. */
    SIMULATED,

    /** The host's kernel, by the foreign-function provider. */
    HOST,

    /** The least that Java needs to move the bytes, without a kernel. */
    FLOOR;

    /** Whether its classes are its own, {@link ColumnClasses}. */
    boolean hasOwnClasses() {
        return this == PARALLEL || this == SIMULATED;
    }
}
