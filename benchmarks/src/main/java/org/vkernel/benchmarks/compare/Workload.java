package org.vkernel.benchmarks.compare;

import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.host.HostUnavailableException;

/** A line of the table: something to do, on whatever can do it. */
interface Workload {
    /** What is done, and with how much of it. */
    String name();

    /**
     * Whether its speed against the host's kernel counts for the summary: messages of one thread
     * that never waits, with at most 1,024 bytes of payload.
     */
    default boolean isSummarised() {
        return false;
    }

    /**
     * Makes it ready to run.
     *
     * @return null if there is no such thing in this column
     * @throws HostUnavailableException if the host has no such kernel
     */
    @Nullable Contender prepare(Column column) throws HostUnavailableException;
}
