package org.vkernel.emulator;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import com.google.errorprone.annotations.CheckReturnValue;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.CallTraces;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.trace.TraceEvent;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variants;

/**
 * What a kernel is booted with. Immutable: each setter gives a changed copy, so that one
 * configuration boots any number of kernels.
 */
@CheckReturnValue
public final class KernelConfig {
    /** How many bytes of memory there are, unless another number is given: 1 GiB. */
    public static final long DEFAULT_MEMORY = 1L << 30;

    private static final int HZ_MAX = 1000;

    private Profile profile = Profile.DEFAULT;
    private int cpus = 2;
    private int hz;
    private @Nullable LongFunction<? extends Strategy> strategies = RandomWalk::new;
    private long memory = DEFAULT_MEMORY;
    private long pageCache;
    private long seed;
    private boolean jitter;
    private boolean recording;
    private boolean keepGoing;
    private int lockupPoints = Limits.LOCKUP_POINTS;
    private long instantPoints = Limits.INSTANT_POINTS;
    private int hangMillis = Limits.HANG_MILLIS;
    private int hungTaskSeconds = Limits.HUNG_TASK_SECONDS;
    private int rcuStallSeconds = Limits.RCU_STALL_SECONDS;
    private ImmutableList<Variant> variants = ImmutableList.of();
    private ImmutableSet<Check> checks = Check.ALL;
    private FaultPlan faults = FaultPlan.NONE;
    private @Nullable String lockOff;
    private CallTraces callTraces = CallTraces.OBJECTS;
    private Consumer<String> output = KernelConfig::nowhere;
    private Consumer<String> log = KernelConfig::nowhere;
    private @Nullable Consumer<TraceEvent> traceListener;

    private KernelConfig(long seed) {
        this.seed = seed;
    }

    private KernelConfig(KernelConfig from) {
        profile = from.profile;
        cpus = from.cpus;
        hz = from.hz;
        memory = from.memory;
        pageCache = from.pageCache;
        strategies = from.strategies;
        seed = from.seed;
        jitter = from.jitter;
        recording = from.recording;
        keepGoing = from.keepGoing;
        lockupPoints = from.lockupPoints;
        instantPoints = from.instantPoints;
        hangMillis = from.hangMillis;
        hungTaskSeconds = from.hungTaskSeconds;
        rcuStallSeconds = from.rcuStallSeconds;
        variants = from.variants;
        checks = from.checks;
        lockOff = from.lockOff;
        callTraces = from.callTraces;
        faults = from.faults;
        output = from.output;
        log = from.log;
        traceListener = from.traceListener;
    }

    private static void nowhere(String line) {}

    /** The simulated machine with two CPUs, under a random walk from {@code seed}. */
    public static KernelConfig simulated(long seed) {
        return new KernelConfig(seed);
    }

    /** The parallel machine with as many CPUs as the host has cores, and at least two. */
    public static KernelConfig parallel() {
        int cores = Math.min(Limits.CPUS, Math.max(2, Runtime.getRuntime().availableProcessors()));
        return new KernelConfig(1).cpus(cores).onParallelMachine();
    }

    /** The same on the parallel machine, which makes no choices. */
    public KernelConfig onParallelMachine() {
        KernelConfig copy = new KernelConfig(this);
        copy.strategies = null;
        return copy;
    }

    /** Whether it is the simulated machine. */
    public boolean isSimulated() {
        return strategies != null;
    }

    /** A strategy for one run of the simulated machine; null on the parallel one. */
    public @Nullable Strategy newStrategy() {
        LongFunction<? extends Strategy> make = strategies;
        return make == null ? null : make.apply(seed);
    }

    /**
     * What answers the choices; makes it the simulated machine.
     *
     * @param value makes the strategy of one run from the seed
     */
    public KernelConfig strategy(LongFunction<? extends Strategy> value) {
        KernelConfig copy = new KernelConfig(this);
        copy.strategies = value;
        return copy;
    }

    /** Ticks a second. */
    public int ticksPerSecond() {
        return hz == 0 ? profile.hz() : hz;
    }

    /** The version whose constants and rules hold. */
    public Profile profile() {
        return profile;
    }

    /** The version whose constants and rules hold. */
    public KernelConfig profile(Profile value) {
        KernelConfig copy = new KernelConfig(this);
        copy.profile = value;
        return copy;
    }

    /** How many CPUs, 1 to {@link Limits#CPUS}. */
    public int cpus() {
        return cpus;
    }

    /** How many CPUs, 1 to {@link Limits#CPUS}. */
    public KernelConfig cpus(int value) {
        Preconditions.checkArgument(
                value >= 1 && value <= Limits.CPUS, "cpus: %s, not 1 to %s", value, Limits.CPUS);
        KernelConfig copy = new KernelConfig(this);
        copy.cpus = value;
        return copy;
    }

    /** Timer ticks a second; 0: the profile's. */
    public int hz() {
        return hz;
    }

    /** Timer ticks a second; 0: the profile's. */
    public KernelConfig hz(int value) {
        Preconditions.checkArgument(
                value >= 0 && value <= HZ_MAX, "hz: %s, not 1 to %s", value, HZ_MAX);
        KernelConfig copy = new KernelConfig(this);
        copy.hz = value;
        return copy;
    }

    /** How many bytes of memory there are; 1 GiB, unless another number is given. */
    public long memory() {
        return memory;
    }

    /**
     * How many bytes of memory there are: whole pages, {@link Limits#MEMORY_LEAST} to {@link
     * Limits#MEMORY_MOST}. What nobody uses costs the host nothing.
     */
    public KernelConfig memory(long bytes) {
        Preconditions.checkArgument(
                bytes >= Limits.MEMORY_LEAST
                        && bytes <= Limits.MEMORY_MOST
                        && bytes % Memory.PAGE_BYTES == 0,
                "memory: %s, not whole pages of %s bytes from %s to %s",
                bytes,
                Memory.PAGE_BYTES,
                Limits.MEMORY_LEAST,
                Limits.MEMORY_MOST);
        KernelConfig copy = new KernelConfig(this);
        copy.memory = bytes;
        return copy;
    }

    /** How much of the memory is filled at boot with clean pages of files. */
    public long pageCache() {
        return pageCache;
    }

    /**
     * How much of the memory is filled at boot with clean pages of files, which reclaim takes back
     * when it is needed; what does not fit above the high watermark is left out.
     */
    public KernelConfig pageCache(long bytes) {
        Preconditions.checkArgument(bytes >= 0, "pageCache: %s, not 0 or more", bytes);
        KernelConfig copy = new KernelConfig(this);
        copy.pageCache = bytes;
        return copy;
    }

    /** What the strategy and the machine's own chance are drawn from. */
    public long seed() {
        return seed;
    }

    /** What the strategy and the machine's own chance are drawn from. */
    public KernelConfig seed(long value) {
        KernelConfig copy = new KernelConfig(this);
        copy.seed = value;
        return copy;
    }

    /** Whether time may pass although something can run. */
    public boolean jitter() {
        return jitter;
    }

    /** Whether time may pass although something can run. */
    public KernelConfig jitter(boolean value) {
        KernelConfig copy = new KernelConfig(this);
        copy.jitter = value;
        return copy;
    }

    /** Whether the answers to all choices are kept: see {@link VirtualKernel#schedule}. */
    public boolean recording() {
        return recording;
    }

    /** Whether the answers to all choices are kept: see {@link VirtualKernel#schedule}. */
    public KernelConfig recording(boolean value) {
        KernelConfig copy = new KernelConfig(this);
        copy.recording = value;
        return copy;
    }

    /** Whether a run goes on after a bug report. */
    public boolean keepGoing() {
        return keepGoing;
    }

    /** Whether a run goes on after a bug report. */
    public KernelConfig keepGoing(boolean value) {
        KernelConfig copy = new KernelConfig(this);
        copy.keepGoing = value;
        return copy;
    }

    /** The historical bugs, and repairs of bugs, that the kernel is to have. */
    public List<Variant> variants() {
        return variants;
    }

    /** With one more historical bug, or repair of a bug. */
    public KernelConfig variant(Variant value) {
        KernelConfig copy = new KernelConfig(this);
        copy.variants = ImmutableList.<Variant>builder().addAll(variants).add(value).build();
        return copy;
    }

    /**
     * With one more historical bug, or repair of a bug.
     *
     * @throws IllegalArgumentException if there is none of this name, naming those that there are
     */
    public KernelConfig variant(String name) {
        return variant(Variants.of(name));
    }

    /** Whether this rule is watched. */
    public boolean has(Check check) {
        return checks.contains(check);
    }

    /** Which rules of the kernel are watched; all by default. */
    public Set<Check> checks() {
        return checks;
    }

    /** Which rules of the kernel are watched. */
    public KernelConfig checks(Set<Check> value) {
        KernelConfig copy = new KernelConfig(this);
        copy.checks = Sets.immutableEnumSet(value);
        return copy;
    }

    /** Which allocations are made to fail, from when the kernel has booted; none by default. */
    public FaultPlan faults() {
        return faults;
    }

    /** Which allocations are made to fail, from when the kernel has booted. */
    public KernelConfig faults(FaultPlan value) {
        KernelConfig copy = new KernelConfig(this);
        copy.faults = value;
        return copy;
    }

    /** The name of the locks that are switched off; null: none. */
    public @Nullable String lockOff() {
        return lockOff;
    }

    /**
     * Switches off all locks of one name, such as {@code queue_lock}: they exclude nobody and count
     * for no checker, while each use stays a point. What they were for shows in the reports.
     * Simulated machine only; see {@link VirtualKernel#hasLockOff}.
     *
     * @param name as reports call the lock; null: none
     */
    public KernelConfig lockOff(@Nullable String name) {
        KernelConfig copy = new KernelConfig(this);
        copy.lockOff = name;
        return copy;
    }

    /** Which call traces the checkers keep; a run is the same with each. */
    public CallTraces callTraces() {
        return callTraces;
    }

    /** Which call traces the checkers keep: see {@link #callTraces()}. */
    public KernelConfig callTraces(CallTraces value) {
        KernelConfig copy = new KernelConfig(this);
        copy.callTraces = value;
        return copy;
    }

    /** Points in the kernel without a sleep after which a CPU counts as stuck. */
    public int lockupPoints() {
        return lockupPoints;
    }

    /** Points in the kernel without a sleep after which a CPU counts as stuck. */
    public KernelConfig lockupPoints(int value) {
        KernelConfig copy = new KernelConfig(this);
        copy.lockupPoints = value;
        return copy;
    }

    /** Told of each line that a process prints. */
    public Consumer<String> output() {
        return output;
    }

    /** Told of each line that a process prints. */
    public KernelConfig output(Consumer<String> value) {
        KernelConfig copy = new KernelConfig(this);
        copy.output = value;
        return copy;
    }

    /** Told of each line of the kernel's log, as dmesg shows it. */
    public Consumer<String> log() {
        return log;
    }

    /** Told of each line of the kernel's log, as dmesg shows it. */
    public KernelConfig log(Consumer<String> value) {
        KernelConfig copy = new KernelConfig(this);
        copy.log = value;
        return copy;
    }

    /** Told of each trace event; null: nobody. */
    public @Nullable Consumer<TraceEvent> traceListener() {
        return traceListener;
    }

    /** Told of each trace event; null: nobody. */
    public KernelConfig trace(@Nullable Consumer<TraceEvent> value) {
        KernelConfig copy = new KernelConfig(this);
        copy.traceListener = value;
        return copy;
    }

    /**
     * Milliseconds of real time after which a task that holds up the host is left behind: it loops
     * in code that passes no point, or waits for the host. Reaches no run that ends by itself.
     */
    public int hangMillis() {
        return hangMillis;
    }

    /** How long a task may hold up the host: see {@link #hangMillis()}. */
    public KernelConfig hangMillis(int value) {
        Preconditions.checkArgument(value > 0, "hangMillis: %s, not 1 or more", value);
        KernelConfig copy = new KernelConfig(this);
        copy.hangMillis = value;
        return copy;
    }

    /** Seconds of virtual time after which a task that nothing wakes counts as hung; 0: never. */
    public int hungTaskSeconds() {
        return hungTaskSeconds;
    }

    /**
     * Seconds of virtual time after which a task that sleeps where no signal wakes it counts as
     * hung; 0: never. Models {@code hung_task_timeout_secs}.
     */
    public KernelConfig hungTaskSeconds(int value) {
        Preconditions.checkArgument(value >= 0, "hungTaskSeconds: %s, not 0 or more", value);
        KernelConfig copy = new KernelConfig(this);
        copy.hungTaskSeconds = value;
        return copy;
    }

    /** Seconds of virtual time that a read section may hold up RCU; 0: without end. */
    public int rcuStallSeconds() {
        return rcuStallSeconds;
    }

    /**
     * Seconds of virtual time that a read section may hold up RCU; 0: without end. Models {@code
     * rcu_cpu_stall_timeout}.
     */
    public KernelConfig rcuStallSeconds(int value) {
        Preconditions.checkArgument(value >= 0, "rcuStallSeconds: %s, not 0 or more", value);
        KernelConfig copy = new KernelConfig(this);
        copy.rcuStallSeconds = value;
        return copy;
    }

    /** Points at one instant of the simulated clock after which somebody polls and never sleeps. */
    public long instantPoints() {
        return instantPoints;
    }

    /** Points at one instant of the simulated clock after which somebody polls and never sleeps. */
    public KernelConfig instantPoints(long value) {
        KernelConfig copy = new KernelConfig(this);
        copy.instantPoints = value;
        return copy;
    }
}
