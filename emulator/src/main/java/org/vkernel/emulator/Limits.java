package org.vkernel.emulator;

/** Named limits of the emulated kernel, with Linux's value beside each that it has. */
public final class Limits {
    /** Most CPUs ({@code NR_CPUS}; Linux: up to 8192). */
    public static final int CPUS = 64;

    /**
     * Points that a task may pass in the kernel without sleeping or returning to user code, before
     * its CPU counts as stuck (Linux: 20 s, {@code 2 * watchdog_thresh}).
     */
    public static final int LOCKUP_POINTS = 1_000_000;

    /**
     * Seconds that a task may sleep where only what it waits for wakes it ({@code
     * hung_task_timeout_secs}; Linux: 120).
     */
    public static final int HUNG_TASK_SECONDS = 120;

    /** Seconds that a read section may hold up RCU ({@code rcu_cpu_stall_timeout}; Linux: 21). */
    public static final int RCU_STALL_SECONDS = 21;

    /** Caches of objects in one kernel, besides the general ones (Linux: no limit). */
    public static final int KMEM_CACHES = 32;

    /** The least memory that a kernel boots with, in bytes. */
    public static final long MEMORY_LEAST = 1L << 20;

    /** The most memory, in bytes (Linux: 64 TiB or more). */
    public static final long MEMORY_MOST = 8L << 30;

    /**
     * Points that may pass at one instant of the simulated machine's clock. Time passes there only
     * when nothing can run, so a process that polls and never sleeps would hold it for ever.
     */
    public static final long INSTANT_POINTS = 2_000_000_000;

    /** Lines that the log keeps (Linux: {@code 1 << CONFIG_LOG_BUF_SHIFT} bytes). */
    public static final int LOG_RECORDS = 1 << 16;

    /** Injected failures of allocations that are kept to be looked at. */
    public static final int INJECTED_FAULTS = 256;

    /** Most works of a queue that run at once on a CPU ({@code WQ_MAX_ACTIVE}). */
    public static final int WORKQUEUE_MAX_ACTIVE = 512;

    /** How many it is for a queue that does not say ({@code WQ_DFL_ACTIVE}). */
    public static final int WORKQUEUE_DEFAULT_ACTIVE = 256;

    /** How long a task may hold up the host in code that passes no point, in ms of real time. */
    public static final int HANG_MILLIS = 30_000;

    private Limits() {}
}
