package org.vkernel.testmodules.property;

import java.util.function.Consumer;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.Pct;
import org.vkernel.emulator.explore.Pos;
import org.vkernel.emulator.explore.Program.Outcome;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.explore.Strategies;

/**
 * Some schedules, drawn from a seed by several strategies, that a property's body runs under: it
 * fails if it fails under any of them.
 *
 * <p>So data and schedule shrink together. A schedule that fails does not fit other data; but data
 * that jqwik has made smaller meet schedules of their own, and the schedule that the smallest data
 * fail under is made small in the end.
 *
 * <pre>{@code
 * @Property
 * void messages_areCounted(
 *         @ForAll Machine machine, @ForAll Interleavings schedules, @ForAll TrafficPlan plan) {
 *     schedules.check(machine.config(1), kernel -> { ... });
 * }
 * }</pre>
 *
 * @param seed what the schedules are drawn from
 * @param count how many at least; short runs have up to five times as many
 */
public record Interleavings(long seed, int count) {
    /** How many times as many there are at most. */
    private static final int MOST_TIMES = 5;

    /** Questions after which it need not be more than the least. */
    private static final int ENOUGH = 20_000;

    /** In turns. */
    private static final String[] STRATEGIES = {
        RandomWalk.NAME, Pct.NAME, RandomWalk.NAME, Pos.NAME
    };

    /**
     * Runs {@code body} under each schedule, in a kernel of its own that is booted before and
     * closed and checked after it.
     *
     * @param config what kernels are booted with, but for the schedule
     * @param body must do the same each time, but for what the schedule makes of it
     * @throws ScheduledFailure if it fails under one of them
     */
    public void check(KernelConfig config, Consumer<VirtualKernel> body) {
        ScheduledTest test = new ScheduledTest(config, body);
        int questions = 0;
        int length = 1;
        for (int number = 0;
                number < count || (questions < ENOUGH && number < count * MOST_TIMES);
                number++) {
            String name = STRATEGIES[number % STRATEGIES.length];
            String strategy = Strategies.suited(name, length);
            Outcome outcome = test.run(Strategies.of(strategy, seed + number), true);
            length = Math.max(1, outcome.schedule().length);
            questions += length;
            if (outcome.failure() != null) {
                throw new ScheduledFailure(
                        config, body, outcome.failure(), SparseSchedule.of(outcome.schedule()));
            }
        }
    }

    @Override
    public String toString() {
        return count + " schedules drawn from " + seed;
    }
}
