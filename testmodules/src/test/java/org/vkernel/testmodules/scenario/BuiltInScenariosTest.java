package org.vkernel.testmodules.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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

        assertEquals(
                List.of(
                        "cn_test",
                        "kv",
                        "memhog",
                        "notify",
                        "procmon",
                        "register_race",
                        "softirq_load"),
                all.stream().map(Scenario::name).toList());
        for (Scenario scenario : all) {
            assertTrue(scenario.description().length() > 10, scenario.name());
            assertTrue(scenario.duration().isPositive(), scenario.name());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.1", "6.18"})
    void cnTest_twelveSeconds_isElevenMessagesInTheDirectEra(String profile) throws Exception {
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

    /** Beside the counters there are its two requests for notices, and what came of them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void cnTest_twelveSecondsInTheQueuedEra_isElevenMessagesToo(int cpus) throws Exception {
        for (int seed = 0; seed < 10; seed++) {
            List<String> output = new ArrayList<>();
            KernelConfig config =
                    KernelConfig.simulated(seed)
                            .cpus(cpus)
                            .profile(Profile.V2_6_14)
                            .output(output::add);
            ScenarioOptions options =
                    ScenarioOptions.of(Duration.ofSeconds(12)).param("cn_test", "idx", "14");

            RunResult result = run("cn_test", config, options);

            List<String> counters =
                    output.stream().filter(line -> line.contains("[e.457] [")).toList();
            int notices = output.size() - 11;
            assertTrue(result.isOk(), result.toLine());
            assertTrue(counters.getLast().endsWith("[00000010.00000000]."), counters.getLast());
            assertTrue(notices >= 0 && notices <= 2, output::toString);
            assertEquals(11 + notices + 2, result.delivered(), result.toLine());
        }
    }

    @Test
    void cnTest_ownIdsOfTheQueuedEra_areHeardByNobody() throws Exception {
        List<String> output = new ArrayList<>();
        KernelConfig config =
                KernelConfig.simulated(1).profile(Profile.V2_6_14).output(output::add);

        RunResult result = run("cn_test", config, ScenarioOptions.of(Duration.ofSeconds(5)));

        assertTrue(result.isOk(), result.toLine());
        assertTrue(output.stream().allMatch(l -> l.contains("[00000000.0")), output::toString);
        assertEquals(output.size() + 2, result.sent(), result.toLine());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void notify_tellsOfEachIdThatComesAndGoes(int cpus) throws Exception {
        Scenario scenario = Scenarios.find("notify");
        for (int seed = 0; seed < 10; seed++) {
            List<String> output = new ArrayList<>();
            KernelConfig config =
                    KernelConfig.simulated(seed)
                            .cpus(cpus)
                            .profile(scenario.profile())
                            .output(output::add);

            RunResult result = run("notify", config, ScenarioOptions.of(scenario));

            assertTrue(result.isOk(), result.toLine());
            assertEquals("no news for 1000 ms", output.removeLast());
            assertEquals(output.size() + 4, result.delivered(), result.toLine());
            for (String id : List.of("20:1", "291:1110", "291:1111")) {
                assertComesAndGoes(output, " s: " + id + " ");
            }
        }
    }

    private static void assertComesAndGoes(List<String> output, String id) {
        List<String> ofId = output.stream().filter(line -> line.contains(id)).toList();
        assertTrue(ofId.size() >= 2 && ofId.size() % 2 == 0, output::toString);
        for (int i = 0; i < ofId.size(); i++) {
            String expected = id + (i % 2 == 0 ? "registered" : "unregistered");
            assertTrue(ofId.get(i).endsWith(expected), output::toString);
        }
    }

    /** How many notices of some id a run of {@code notify} shows in a kernel with a variant. */
    private static long notices(String variant, String id) throws Exception {
        Scenario scenario = Scenarios.find("notify");
        List<String> output = new ArrayList<>();
        KernelConfig config =
                KernelConfig.simulated(1)
                        .profile(scenario.profile())
                        .variant(variant)
                        .output(output::add);
        RunResult result = run("notify", config, ScenarioOptions.of(scenario));
        assertTrue(result.isOk(), result.toLine());
        return output.stream().filter(line -> line.contains(" s: " + id)).count();
    }

    /** The greatest value is lost in the one, what is no index below a thousand in the other. */
    @Test
    void notify_withVariants_losesNotices() throws Exception {
        assertEquals(0, notices("CN-09", ""));
        assertEquals(0, notices("CN-23", "291:"));
        assertTrue(notices("CN-23", "20:1 ") > 0);
        assertEquals(4, notices("CN-08", "291:"));
    }

    @Test
    void notify_parallel_tellsOfIdsToo() throws Exception {
        List<String> output = new CopyOnWriteArrayList<>();
        KernelConfig config = KernelConfig.parallel().profile(Profile.V2_6_14).output(output::add);

        RunResult result = run("notify", config, ScenarioOptions.of(Duration.ofSeconds(2)));

        assertTrue(result.isOk(), result.toLine());
        assertTrue(
                output.stream().anyMatch(line -> line.endsWith(" s: 20:1 registered")),
                output::toString);
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

    /** The writers append each letter once, whatever was lost; the mirror has all in the end. */
    @ParameterizedTest
    @CsvSource({"6.18, 1", "6.18, 2", "6.1, 3", "2.6.14, 2"})
    void kv_losesAnswers_butAppliesNothingTwice(String profile, int cpus) throws Exception {
        boolean repeated = false;
        for (int seed = 0; seed < 10; seed++) {
            List<String> output = new ArrayList<>();
            KernelConfig config =
                    KernelConfig.simulated(seed)
                            .cpus(cpus)
                            .profile(Profile.of(profile))
                            .output(output::add);

            RunResult result = run("kv", config, ScenarioOptions.of(Scenarios.find("kv")));

            assertTrue(result.isOk(), result.toLine());
            assertTrue(result.dropped() > 0, result.toLine());
            String copy = Splitter.on(' ').splitToList(output.get(output.size() - 2)).get(1);
            int[] letters = copy.chars().sorted().toArray();
            assertEquals(
                    "abcdefghijklmnopqrstuvwx",
                    new String(letters, 0, letters.length),
                    output::toString);
            assertTrue(output.getLast().contains("stale 0"), output::toString);
            repeated |= !output.getLast().contains("repeated 0");
        }
        assertTrue(repeated, "no answer was lost under any seed");
    }

    @Test
    void kv_forgetful_appliesTwice() throws Exception {
        List<String> output = new ArrayList<>();
        ScenarioOptions options =
                ScenarioOptions.of(Scenarios.find("kv")).param("kv_store", "window", "0");

        RunResult result = run("kv", KernelConfig.simulated(1).output(output::add), options);

        assertTrue(result.isOk(), result.toLine());
        assertTrue(
                output.stream().anyMatch(line -> line.matches("mirror: .*(.).*\\1.*")),
                output::toString);
    }

    /** What is lost was never there to be told of: both listeners miss the same messages. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void memhog_messagesAreLostWithoutAWord_andTheHogIsKilled(int cpus) throws Exception {
        Scenario scenario = Scenarios.find("memhog");
        for (int seed = 0; seed < 5; seed++) {
            List<String> output = new ArrayList<>();
            List<String> log = new ArrayList<>();
            KernelConfig config =
                    KernelConfig.simulated(seed)
                            .cpus(cpus)
                            .memory(scenario.memory())
                            .output(output::add)
                            .log(log::add);
            // A CPU more sends more.
            ScenarioOptions options =
                    ScenarioOptions.of(scenario)
                            .param("softirq_load", "rate", String.valueOf(16 / cpus));

            RunResult result = run("memhog", config, options);

            assertTrue(result.isOk(), result.toLine());
            assertEquals(0, result.dropped(), result.toLine());
            assertEquals(
                    1,
                    log.stream().filter(line -> line.contains("Killed process")).count(),
                    log::toString);
            assertTrue(
                    log.stream().anyMatch(line -> line.contains("(hog) anon-rss:")), log::toString);
            List<String> missing =
                    output.stream()
                            .filter(line -> line.contains(" are missing; ENOBUFS: 0"))
                            .map(line -> Splitter.on(' ').splitToList(line).get(4))
                            .toList();
            assertEquals(missing.getLast(), missing.get(missing.size() - 2), output::toString);
            // The module's last line; what it sent when its listeners had gone is lost as well.
            List<String> words = Splitter.on(' ').splitToList(log.getLast());
            int lost = Integer.parseInt(words.get(words.size() - 2));
            assertTrue(lost >= Integer.parseInt(missing.getLast()), log.getLast());
        }
    }
}
