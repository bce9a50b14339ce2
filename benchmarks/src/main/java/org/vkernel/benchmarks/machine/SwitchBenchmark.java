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
 * <p>Driven from a virtual thread, as an exploring loop is. The simulated machine runs on one core,
 * so {@link #switches} gives the JVM one; {@link #switchesIdleCores} leaves it all. There an idle
 * carrier steals the task that was just made runnable, and the switch pays for its move to another
 * core. {@link #handOver} is the floor of both: the same turns between bare virtual threads, none
 * of vkernel's code in between. A surprise would be a cost that grows with the number of tasks, or
 * that is far from the floor.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = SwitchBenchmark.DRIVER)
public class SwitchBenchmark {
    private static final int SWITCHES = 10_000;

    /** One core for the JVM, and so one carrier for its virtual threads. */
    static final String ONE_CORE = "-XX:ActiveProcessorCount=1";

    static final String DRIVER = "-Djmh.executor=VIRTUAL";

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

    /** A switch on one core. */
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    @Fork(
            value = 1,
            jvmArgsAppend = {DRIVER, ONE_CORE})
    public void switches() {
        takeTurns();
    }

    /** A switch where other cores have nothing to do. */
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void switchesIdleCores() {
        takeTurns();
    }

    /** The floor of a switch on one core. */
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    @Fork(
            value = 1,
            jvmArgsAppend = {DRIVER, ONE_CORE})
    public void handOver() throws InterruptedException {
        BareRing.takeTurns(tasks, SWITCHES);
    }

    /** The floor of a switch where other cores have nothing to do. */
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void handOverIdleCores() throws InterruptedException {
        BareRing.takeTurns(tasks, SWITCHES);
    }

    private void takeTurns() {
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
