package org.vkernel.benchmarks.compare;

import com.google.common.collect.ImmutableList;

/** The lines of the table. */
final class Workloads {
    static final ImmutableList<Workload> ALL =
            ImmutableList.of(
                    new Unicast(0),
                    new Unicast(64),
                    new Unicast(1024),
                    new Unicast(16_384),
                    new RoundTrip(),
                    new Multicast(1),
                    new Multicast(64),
                    new Multicast(1024),
                    new Multicast(16_384),
                    new Overrun(),
                    new PingPong(),
                    new Streams(1, 1),
                    new Streams(2, 2),
                    new Streams(8, 1),
                    new Callbacks(10),
                    new Callbacks(1000),
                    new Callbacks(100_000),
                    new PendingTimers(100_000),
                    new BootAndShutdown(),
                    new CnTestSchedule());

    private Workloads() {}

    /** The one of this name. */
    static Workload named(String name) {
        for (Workload workload : ALL) {
            if (workload.name().equals(name)) {
                return workload;
            }
        }
        throw new IllegalArgumentException("no workload \"" + name + '"');
    }
}
