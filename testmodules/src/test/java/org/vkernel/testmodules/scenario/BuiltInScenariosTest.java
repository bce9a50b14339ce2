package org.vkernel.testmodules.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;

class BuiltInScenariosTest {
    private static RunResult run(String name, KernelConfig config, ScenarioOptions options)
            throws Exception {
        return new ScenarioRun(Scenarios.find(name), config, options).run();
    }

    @Test
    void all_haveANameADescriptionAndATime() {
        List<Scenario> all = Scenarios.all();

        assertEquals(List.of("cn_test", "softirq_load"), all.stream().map(Scenario::name).toList());
        for (Scenario scenario : all) {
            assertTrue(scenario.description().length() > 10, scenario.name());
            assertTrue(scenario.duration().isPositive(), scenario.name());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.1", "6.18"})
    void cnTest_twelveSeconds_isElevenMessagesInEveryProfile(String profile) throws Exception {
        List<String> output = new ArrayList<>();
        KernelConfig config =
                KernelConfig.simulated(1).profile(Profile.of(profile)).output(output::add);

        RunResult result = run("cn_test", config, ScenarioOptions.of(Scenarios.find("cn_test")));

        assertEquals(
                "ok: 11 messages sent, 11 delivered, 0 dropped, 0 unread, 0 bug reports,"
                        + " fingerprint "
                        + result.fingerprint(),
                result.toLine());
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            expected.add("[e.457] [%08d.00000000].".formatted(i));
        }
        assertEquals(
                expected,
                output.stream().map(line -> line.substring(line.indexOf("[e."))).toList());
    }

    @Test
    void cnTest_parallel_deliversWhatTheTimerSends() throws Exception {
        RunResult result =
                run(
                        "cn_test",
                        KernelConfig.parallel(),
                        ScenarioOptions.of(Duration.ofMillis(2500)));

        assertTrue(result.isOk(), result.toLine());
        assertEquals("-", result.fingerprint());
        assertEquals(result.sent(), result.delivered() + result.unread());
        assertTrue(result.sent() >= 1 && result.sent() <= 2, result.toLine());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 8"})
    void softirqLoad_everyCopyIsAccountedFor(long seed, int cpus) throws Exception {
        ScenarioOptions options = ScenarioOptions.of(Duration.ofMillis(100));

        RunResult result = run("softirq_load", KernelConfig.simulated(seed).cpus(cpus), options);

        assertTrue(result.isOk(), result.toLine());
        assertTrue(result.delivered() > 0, result.toLine());
        assertEquals(result.sent(), result.delivered() + result.dropped() + result.unread());
    }

    @Test
    void softirqLoad_tooFast_overrunsItsListeners() throws Exception {
        List<String> output = new ArrayList<>();
        ScenarioOptions options =
                ScenarioOptions.of(Duration.ofMillis(50))
                        .param("softirq_load", "rate", "1000")
                        .param("softirq_load", "idx", "0x14");

        RunResult result =
                run("softirq_load", KernelConfig.simulated(1).output(output::add), options);

        assertTrue(result.isOk(), result.toLine());
        assertTrue(result.dropped() > 0, result.toLine());
        assertTrue(
                output.contains("listener1: no buffer space: messages were lost"),
                output.toString());
    }

    @Test
    void cutShort_countsWhatIsQueuedAsUnread() throws Exception {
        ScenarioRun[] self = new ScenarioRun[1];
        KernelConfig config =
                KernelConfig.simulated(1)
                        .trace(event -> {
                            if (event.timeNs() > 50_000_000) {
                                self[0].powerOff();
                            }
                        });
        Scenario scenario = Scenarios.find("softirq_load");
        self[0] = new ScenarioRun(scenario, config, ScenarioOptions.of(scenario));

        RunResult result = self[0].run();

        assertTrue(result.toLine().startsWith("interrupted: "), result.toLine());
        assertTrue(result.sent() > 0, result.toLine());
        assertEquals(result.sent(), result.delivered() + result.dropped() + result.unread());
    }
}
