package org.vkernel.benchmarks.machine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.check.CallTraces;
import org.vkernel.emulator.explore.Program;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;
import org.vkernel.testmodules.scenario.ScenarioProgram;
import org.vkernel.testmodules.scenario.Scenarios;
import org.vkernel.testmodules.scenario.UnknownScenarioException;

/**
 * How many schedules a second an exploration runs on one core, each drawn from a seed of its own.
 *
 * <p>Driven from a virtual thread, as an exploration is. A surprise would be a rate that falls with
 * the number of schedules that have run.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {SwitchBenchmark.DRIVER, SwitchBenchmark.ONE_CORE})
public class ScheduleBenchmark {
    /** Updates of each task, of four points each: the lock, a read, a write, the unlock. */
    private static final int UPDATES = 6;

    private long seed;

    @SuppressWarnings("NullAway.Init") // JMH calls prepare() first
    private Program cnTest;

    /** Takes the scenario as {@code vkernel explore cn_test --for 2s} does. */
    @Setup
    public void prepare() throws UnknownScenarioException {
        Scenario scenario = Scenarios.find("cn_test");
        cnTest =
                new ScenarioProgram(
                        scenario,
                        KernelConfig.simulated(1).cpus(2).callTraces(CallTraces.NONE),
                        ScenarioOptions.of(Duration.ofSeconds(2)));
    }

    /** Two tasks that count under a lock, some 50 points, on a bare machine. */
    @Benchmark
    public int lockedCounter() {
        BareMachine machine = new BareMachine(2, new RandomWalk(seed++));
        Scheduler sched = machine.sched();
        SpinLock lock = new SpinLock(sched, "counter");
        SharedInt counter = new SharedInt(sched, 0);
        for (int task = 0; task < 2; task++) {
            machine.start(
                    "counter",
                    () -> {
                        for (int i = 0; i < UPDATES; i++) {
                            lock.lock();
                            counter.set(counter.get() + 1);
                            lock.unlock();
                        }
                    });
        }
        machine.finish();
        if (counter.peek() != 2 * UPDATES) {
            throw new IllegalStateException("an update was lost under the lock");
        }
        return counter.peek();
    }

    /**
     * cn_test as it is explored: two CPUs, two virtual seconds, all checkers, boot and shutdown.
     */
    @Benchmark
    public Program.Outcome cnTest() {
        Program.Outcome outcome = cnTest.run(new RandomWalk(seed++), false);
        if (outcome.failure() != null) {
            throw new IllegalStateException(outcome.failure());
        }
        return outcome;
    }
}
