package org.vkernel.emulator.locking;

import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * Counters that each CPU keeps for itself, so that counting needs neither lock nor atomic operation
 * ({@code this_cpu_inc()}).
 *
 * <p>A task counts on the CPU that it holds; a sum is exact only while nobody counts.
 */
public final class PerCpuCounters {
    /** Longs between the counters of two CPUs: they never share a cache line. */
    private static final int PADDING = 16;

    private final int stride;
    private final int cpus;
    private final long[] counts;

    /** Makes {@code kinds} counters at 0. */
    public PerCpuCounters(Scheduler sched, int kinds) {
        cpus = sched.cpuCount();
        stride = sched.sim() == null ? kinds + PADDING : kinds;
        counts = new long[stride * cpus];
    }

    /** {@code this_cpu_add()}. Context: any, in the kernel. */
    public void add(Task running, int kind, long amount) {
        counts[running.cpu().index() * stride + kind] += amount;
    }

    /** The sum over all CPUs. */
    public long sum(int kind) {
        long sum = 0;
        for (int cpu = 0; cpu < cpus; cpu++) {
            sum += counts[cpu * stride + kind];
        }
        return sum;
    }
}
