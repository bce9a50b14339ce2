package org.vkernel.benchmarks.compare;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.explore.Program;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.testmodules.scenario.ScenarioOptions;
import org.vkernel.testmodules.scenario.ScenarioProgram;
import org.vkernel.testmodules.scenario.Scenarios;
import org.vkernel.testmodules.scenario.UnknownScenarioException;

/**
 * One schedule of {@code cn_test}: two CPUs, two virtual seconds, boot and shutdown, all checks.
 */
record CnTestSchedule() implements Workload {
    @Override
    public String name() {
        return "schedule of cn_test (2 s with checks)";
    }

    @Override
    public @Nullable Contender prepare(Column column) {
        return column == Column.SIMULATED ? new OnVirtualThread(new Schedules()) : null;
    }

    private static final class Schedules implements Contender {
        private final Program program;
        private long seed;

        Schedules() {
            try {
                program =
                        new ScenarioProgram(
                                Scenarios.find("cn_test"),
                                KernelConfig.simulated(1).cpus(2),
                                ScenarioOptions.of(Duration.ofSeconds(2)));
            } catch (UnknownScenarioException e) {
                throw new IllegalStateException("cn_test is no scenario", e);
            }
        }

        @Override
        public long run(long operations) {
            return Contender.of(
                            many -> {
                                for (long i = 0; i < many; i++) {
                                    String failure =
                                            program.run(new RandomWalk(seed++), false).failure();
                                    if (failure != null) {
                                        throw new IllegalStateException(failure);
                                    }
                                }
                            })
                    .run(operations);
        }
    }
}
