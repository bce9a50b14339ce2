package org.vkernel.testmodules.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.explore.RoundRobin;
import org.vkernel.emulator.trace.TraceEvent;

/**
 * One seed, one run; many seeds, many runs.
 *
 * <p>Runs the main job again and again and compares all that it does: the full trace where runs
 * have to be the same, fingerprints where they have to differ. That seeds differ shows that chance
 * reaches the schedule; that every run has the same result shows that the module does not care.
 */
class CnTestDeterminismSimTest {
    private static final int RUNS = 10;
    private static final int SEEDS = 100;
    private static final int LEAST_FINGERPRINTS = 90;

    private record Seen(RunResult result, List<String> trace, List<String> lines) {}

    private static Seen run(KernelConfig config) {
        Scenario scenario = new CnTestScenario();
        List<String> trace = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        KernelConfig observed =
                config.recording(true)
                        .trace((TraceEvent event) -> trace.add(event.toLine()))
                        .output(lines::add)
                        .log(lines::add);
        RunResult result = new ScenarioRun(scenario, observed, ScenarioOptions.of(scenario)).run();
        return new Seen(result, trace, lines);
    }

    private static RunResult runQuietly(KernelConfig config) {
        Scenario scenario = new CnTestScenario();
        return new ScenarioRun(scenario, config, ScenarioOptions.of(scenario)).run();
    }

    private static void assertSameEachTime(KernelConfig config) {
        Seen first = run(config);
        assertTrue(first.result.isOk(), first.result.toLine());
        assertTrue(first.trace.size() > 100, "a trace of " + first.trace.size() + " events");
        for (int i = 1; i < RUNS; i++) {
            assertEquals(first, run(config));
        }
        assertEquals(first.result.fingerprint(), runQuietly(config).fingerprint());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 64})
    void oneSeed_tenTimes_sameTraceScheduleAndOutput(int cpus) {
        assertSameEachTime(KernelConfig.simulated(42).cpus(cpus));
    }

    @Test
    void oneSeed_withJitter_sameEachTime() {
        assertSameEachTime(KernelConfig.simulated(42).jitter(true));
    }

    @Test
    void roundRobin_sameEachTime() {
        assertSameEachTime(KernelConfig.simulated(42).strategy(seed -> new RoundRobin()));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8})
    void manySeeds_manyFingerprints_oneResult(int cpus) {
        Set<String> fingerprints = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            RunResult result = runQuietly(KernelConfig.simulated(seed).cpus(cpus));

            fingerprints.add(result.fingerprint());
            assertTrue(
                    result.toLine()
                            .startsWith(
                                    "ok: 11 messages sent, 11 delivered, 0 dropped, 0 unread, 0 bug"
                                            + " reports, "),
                    () -> result.toLine());
        }
        assertTrue(
                fingerprints.size() >= LEAST_FINGERPRINTS,
                fingerprints.size() + " fingerprints of " + SEEDS + " seeds");
    }
}
