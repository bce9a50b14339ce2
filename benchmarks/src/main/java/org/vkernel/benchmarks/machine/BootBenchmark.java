package org.vkernel.benchmarks.machine;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.SimMachine;

/**
 * What it costs to start and end a machine or a kernel, from a virtual thread as an exploring loop
 * does. Nothing should be built that a run does not use.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Djmh.executor=VIRTUAL", "-Djdk.trackAllThreads=false"})
public class BootBenchmark {
    private long seed;

    /** A bare simulated machine with two tasks of two points each. */
    @Benchmark
    public void bareMachine() {
        BareMachine machine = new BareMachine(2, new RandomWalk(seed++));
        SimMachine sim = Objects.requireNonNull(machine.sched().sim());
        for (int i = 0; i < 2; i++) {
            machine.start(
                    "task",
                    () -> {
                        sim.point(Access.ATOMIC, 1);
                        sim.point(Access.ATOMIC, 1);
                    });
        }
        machine.finish();
    }

    /** A whole kernel with the connector, on the simulated machine. */
    @Benchmark
    public void simulatedKernel() {
        run(KernelConfig.simulated(seed++).checks(Check.NONE));
    }

    /** A whole kernel with the connector, on the parallel machine. */
    @Benchmark
    public void parallelKernel() {
        run(KernelConfig.parallel().cpus(2).checks(Check.NONE));
    }

    private static void run(KernelConfig config) {
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.insmod(ConnectorModule.class);
        }
    }
}
