package org.vkernel.benchmarks.machine;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Strategy;

/**
 * What a switch of tasks costs on the simulated machine: each point hands the baton over.
 *
 * <p>Driven from a virtual thread, as an exploring loop is. A surprise would be a cost that grows
 * with the number of tasks.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Djmh.executor=VIRTUAL")
public class SwitchBenchmark {
    private static final int SWITCHES = 10_000;

    /** Always takes another task. */
    private static final class Away implements Strategy {
        @Override
        public String name() {
            return "away";
        }

        @Override
        public int choose(ChoiceKind kind, int count, Alternatives view) {
            return kind == ChoiceKind.POINT ? 1 : 0;
        }
    }

    /** Tasks that take turns on one CPU. */
    @Param({"2", "6"})
    public int tasks;

    /** Ten thousand switches. */
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void switches() {
        BareMachine machine = new BareMachine(1, new Away());
        SimMachine sim = Objects.requireNonNull(machine.sched().sim());
        for (int i = 0; i < tasks; i++) {
            machine.start(
                    "task" + i,
                    () -> {
                        for (int turn = 0; turn < SWITCHES / tasks; turn++) {
                            sim.point(Access.ATOMIC, 1);
                        }
                    });
        }
        machine.finish();
    }
}
