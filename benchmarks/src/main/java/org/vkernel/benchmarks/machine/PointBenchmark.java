package org.vkernel.benchmarks.machine;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.shared.SharedInt;

/**
 * What a point costs whose answer is to go on.
 *
 * <p>With no other task the strategy is not asked; with others it is asked, draws a random number
 * and goes on. A surprise would be a cost that grows with the number of tasks.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class PointBenchmark {
    /** Draws as a random walk does, and always goes on. */
    private static final class GoOn implements Strategy {
        private final SplitMix random = new SplitMix(1);

        @Override
        public String name() {
            return "go on";
        }

        @Override
        public int choose(ChoiceKind kind, int count, Alternatives view) {
            return random.nextInt(count) < count ? 0 : 1;
        }
    }

    /** Tasks that wait to run, besides the one that passes points. */
    @Param({"0", "2", "6"})
    public int others;

    private BareMachine machine;
    private SimMachine sim;
    private SharedInt cell;

    /** Starts the machine. */
    @Setup
    public void setUp() {
        machine = new BareMachine(2, new GoOn());
        for (int i = 0; i < others; i++) {
            machine.start("other" + i, () -> {});
        }
        sim = Objects.requireNonNull(machine.sched().sim());
        cell = new SharedInt(machine.sched(), 0);
    }

    /** Ends the machine. */
    @TearDown
    public void tearDown() {
        machine.finish();
    }

    /** A bare point. */
    @Benchmark
    public void point() {
        sim.point(Access.ATOMIC, 1);
    }

    /** A read of a shared cell. */
    @Benchmark
    public int read() {
        return cell.get();
    }
}
