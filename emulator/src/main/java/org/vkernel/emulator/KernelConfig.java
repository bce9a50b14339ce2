package org.vkernel.emulator;

import com.google.common.base.Preconditions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.trace.TraceEvent;

/**
 * What a kernel is booted with. Immutable: each setter gives a changed copy.
 *
 * @param profile the version whose constants and rules hold
 * @param cpus how many CPUs, 1 to {@link Limits#CPUS}
 * @param hz timer ticks a second; the profile's where 0
 * @param strategy what answers the simulated machine's choices; null: the parallel machine
 * @param seed what the machine's own chance is drawn from
 * @param jitter whether time may pass although something can run
 * @param recording whether the answers are kept
 * @param keepGoing whether a run goes on after a bug report
 * @param lockupPoints points in the kernel without a sleep after which a CPU counts as stuck
 * @param output told of each line that a process prints
 * @param log told of each line of the kernel's log, as dmesg shows it
 * @param traceListener told of each trace event
 */
public record KernelConfig(
        Profile profile,
        int cpus,
        int hz,
        @Nullable Strategy strategy,
        long seed,
        boolean jitter,
        boolean recording,
        boolean keepGoing,
        int lockupPoints,
        Consumer<String> output,
        Consumer<String> log,
        @Nullable Consumer<TraceEvent> traceListener) {

    private static void nowhere(String line) {}

    public KernelConfig {
        Preconditions.checkArgument(
                cpus >= 1 && cpus <= Limits.CPUS, "cpus: %s, not 1 to %s", cpus, Limits.CPUS);
        Preconditions.checkArgument(hz >= 0 && hz <= 1000, "hz: %s, not 1 to 1000", hz);
    }

    /** The simulated machine with two CPUs, under a random walk from {@code seed}. */
    public static KernelConfig simulated(long seed) {
        return new KernelConfig(
                Profile.V6_18,
                2,
                0,
                new RandomWalk(seed),
                seed,
                false,
                false,
                false,
                Limits.LOCKUP_POINTS,
                KernelConfig::nowhere,
                KernelConfig::nowhere,
                null);
    }

    /** The parallel machine with as many CPUs as the host has cores. */
    public static KernelConfig parallel() {
        int cores = Math.min(Limits.CPUS, Math.max(2, Runtime.getRuntime().availableProcessors()));
        return simulated(1).strategy(null).cpus(cores);
    }

    /** Whether it is the simulated machine. */
    public boolean isSimulated() {
        return strategy != null;
    }

    /** Ticks a second. */
    public int ticksPerSecond() {
        return hz == 0 ? profile.hz() : hz;
    }

    public KernelConfig profile(Profile value) {
        return new KernelConfig(
                value,
                cpus,
                hz,
                strategy,
                seed,
                jitter,
                recording,
                keepGoing,
                lockupPoints,
                output,
                log,
                traceListener);
    }

    public KernelConfig cpus(int value) {
        return new KernelConfig(
                profile,
                value,
                hz,
                strategy,
                seed,
                jitter,
                recording,
                keepGoing,
                lockupPoints,
                output,
                log,
                traceListener);
    }

    public KernelConfig hz(int value) {
        return new KernelConfig(
                profile,
                cpus,
                value,
                strategy,
                seed,
                jitter,
                recording,
                keepGoing,
                lockupPoints,
                output,
                log,
                traceListener);
    }

    /** Another strategy; null makes it the parallel machine. */
    public KernelConfig strategy(@Nullable Strategy value) {
        return new KernelConfig(
                profile,
                cpus,
                hz,
                value,
                seed,
                jitter,
                recording,
                keepGoing,
                lockupPoints,
                output,
                log,
                traceListener);
    }

    public KernelConfig jitter(boolean value) {
        return new KernelConfig(
                profile,
                cpus,
                hz,
                strategy,
                seed,
                value,
                recording,
                keepGoing,
                lockupPoints,
                output,
                log,
                traceListener);
    }

    public KernelConfig recording(boolean value) {
        return new KernelConfig(
                profile,
                cpus,
                hz,
                strategy,
                seed,
                jitter,
                value,
                keepGoing,
                lockupPoints,
                output,
                log,
                traceListener);
    }

    public KernelConfig keepGoing(boolean value) {
        return new KernelConfig(
                profile,
                cpus,
                hz,
                strategy,
                seed,
                jitter,
                recording,
                value,
                lockupPoints,
                output,
                log,
                traceListener);
    }

    public KernelConfig lockupPoints(int value) {
        return new KernelConfig(
                profile,
                cpus,
                hz,
                strategy,
                seed,
                jitter,
                recording,
                keepGoing,
                value,
                output,
                log,
                traceListener);
    }

    public KernelConfig output(Consumer<String> value) {
        return new KernelConfig(
                profile,
                cpus,
                hz,
                strategy,
                seed,
                jitter,
                recording,
                keepGoing,
                lockupPoints,
                value,
                log,
                traceListener);
    }

    public KernelConfig log(Consumer<String> value) {
        return new KernelConfig(
                profile,
                cpus,
                hz,
                strategy,
                seed,
                jitter,
                recording,
                keepGoing,
                lockupPoints,
                output,
                value,
                traceListener);
    }

    public KernelConfig trace(@Nullable Consumer<TraceEvent> value) {
        return new KernelConfig(
                profile,
                cpus,
                hz,
                strategy,
                seed,
                jitter,
                recording,
                keepGoing,
                lockupPoints,
                output,
                log,
                value);
    }
}
