package org.vkernel.testmodules.property.suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.vkernel.emulator.explore.ReplayToken;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.testmodules.property.answer.Answers;
import org.vkernel.testmodules.property.coming.Comings;
import org.vkernel.testmodules.property.dispatch.Dispatch;
import org.vkernel.testmodules.property.naming.Naming;
import org.vkernel.testmodules.property.procevent.Listening;
import org.vkernel.testmodules.property.procevent.Lives;
import org.vkernel.testmodules.property.traffic.NobodyLoses;

/**
 * The property suite in its short form: each workload under at least a thousand schedules, and with
 * it each of its properties. A failure is made small and shown; {@code -Dvkernel.replay=TOKEN} runs
 * that one trial only.
 */
@ResourceLock("vkernel.replay")
class PropertySuiteTest {
    private static final String REPLAY = "vkernel.replay";
    private static final int TRIALS = 1_200;

    private static final int MOST_TRIALS = 20_000;

    /** In so many the example of a repair is met more than once on kernels without it. */
    private static final int REPAIRED_TRIALS = 300;

    /** By the catalogue's names. */
    private static final List<String> OF_DISPATCH =
            List.of("CN-10", "CN-13", "CN-14", "CN-15", "CN-19", "CN-21");

    private static final List<String> OF_LIVES = List.of("CP-06", "CP-07", "CP-09");

    private static final List<String> OF_LISTENING = List.of("CP-08", "CP-08-6.1", "CP-09-count");

    private static final List<String> OF_NAMING = List.of("CP-12", "NL-59");

    private static final List<String> OF_ANSWERS = List.of("NL-42");

    private static final List<String> OF_COMINGS = List.of("CN-16", "CN-18", "cn_init", "cn_test");

    private interface Body {
        void run() throws Exception;
    }

    /** On virtual threads the kernel's tasks take turns without waking host threads. */
    private static void onVirtualThreads(List<Body> bodies) throws Exception {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (Body body : bodies) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    body.run();
                                } catch (Throwable failed) {
                                    thrown.compareAndSet(null, failed);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Throwable failed = thrown.get();
        if (failed instanceof Error error) {
            throw error;
        }
        if (failed != null) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void everyProperty_holdsUnderAThousandSchedules() throws Exception {
        String token = System.getProperty(REPLAY);
        PropertySuite suite = PropertySuite.all();
        List<Body> hunts = new ArrayList<>();
        if (token != null) {
            ReplayToken read = ReplayToken.parse(token);
            if (Trial.isTrial(read.program())) {
                hunts.add(() -> FindingText.replay(suite, read));
            }
        } else {
            for (Workload<?, ?> workload : suite.workloads()) {
                hunts.add(() -> hunt(suite, workload));
            }
        }
        onVirtualThreads(hunts);
    }

    private static void hunt(PropertySuite suite, Workload<?, ?> workload) {
        Hunt hunt = new Hunt(suite, Trials.standard(1), List.of(workload));
        Finding finding = hunt.run(TRIALS);
        if (finding != null) {
            throw new AssertionError(String.join("\n", FindingText.lines(finding)));
        }
        assertEquals(TRIALS, hunt.done());
    }

    /** What Linux breaks must keep being found, each by its property; and by the kernel itself. */
    @Test
    void eachKnownExample_isFound() throws Exception {
        onVirtualThreads(
                List.of(
                        () ->
                                assertProvesLateCallback(
                                        Objects.requireNonNull(
                                                examples(Dispatch.WORKLOAD, OF_DISPATCH)
                                                        .get("CN-15"))),
                        () -> examples(Comings.properties(), OF_COMINGS),
                        () -> examples(Lives.properties(), OF_LIVES),
                        () -> examples(Listening.properties(), OF_LISTENING),
                        () -> examples(Naming.properties(), OF_NAMING),
                        () -> examples(Answers.properties(), OF_ANSWERS)));
    }

    /** A repaired kernel does not have what was repaired, and nothing else is wrong with it. */
    @Test
    void eachRepair_endsItsExample() throws Exception {
        onVirtualThreads(
                List.of(
                        () -> assertRepaired("CP-06", Lives.properties()),
                        () -> assertRepaired("CP-12", Naming.properties()),
                        () -> assertRepaired("NL-42", Answers.properties()),
                        () -> assertRepaired("NL-59", Naming.properties())));
    }

    private static void assertRepaired(String name, List<KernelProperty<?>> properties) {
        Variant repair =
                Variants.all(PropertySuiteTest.class.getClassLoader()).stream()
                        .filter(variant -> variant.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        Trials trials = Trials.standard(1).with(List.of(name), repair.profiles());
        Hunt hunt =
                new Hunt(PropertySuite.all(), trials, List.of(properties.getFirst().workload()));
        assertEquals(null, hunt.run(REPAIRED_TRIALS));
        assertEquals(null, hunt.known().get(name));
    }

    private static void examples(List<KernelProperty<?>> properties, List<String> expected) {
        var _ = examples(properties.getFirst().workload(), expected);
    }

    private static Map<String, Finding> examples(Workload<?, ?> workload, List<String> expected) {
        Hunt hunt = new Hunt(PropertySuite.all(), Trials.standard(1), List.of(workload));
        Set<String> missing = new TreeSet<>(expected);
        while (!missing.isEmpty() && hunt.done() < MOST_TRIALS) {
            assertEquals(null, hunt.run(hunt.done() + 1));
            missing.removeAll(hunt.known().keySet());
        }
        assertEquals(Set.of(), missing);
        return hunt.examples();
    }

    /** The schedule that proves it: a sender finds the entry, the removal returns, it is called. */
    private static void assertProvesLateCallback(Finding finding) {
        List<String> lines = FindingText.lines(finding);
        String text = String.join("\n", lines);
        assertTrue(text.startsWith("property 8, no callback runs when its removal has"), text);
        assertTrue(text.contains("cn_del_callback") && text.contains("cn_callback_entry"), text);
        ReplayToken token = tokenOf(lines);
        Trial small = Trial.parse(PropertySuite.all(), token.program());
        assertTrue(small.planLines().size() < finding.trial().planLines().size(), text);
        AssertionError again =
                assertThrows(
                        AssertionError.class, () -> FindingText.replay(PropertySuite.all(), token));
        assertTrue(String.valueOf(again.getMessage()).startsWith(lines.getFirst()), text);
    }

    private static ReplayToken tokenOf(List<String> lines) {
        String last = lines.getLast();
        return ReplayToken.parse(last.substring(last.indexOf('=') + 1));
    }

    @Test
    void sameTrial_hasTheSameFingerprint_andReadsBackFromItsText() throws Exception {
        onVirtualThreads(
                List.of(() -> {
                    PropertySuite suite = PropertySuite.all();
                    for (Workload<?, ?> workload : suite.workloads()) {
                        for (long seed = 1; seed <= 20; seed++) {
                            Setting setting = Trials.standard(1).setting(seed);
                            Trial trial = Trial.of(suite, workload, setting, seed);
                            Trial again = Trial.parse(suite, trial.toString());
                            assertEquals(
                                    trial.run(Strategies.of("random", seed), false).fingerprint(),
                                    again.run(Strategies.of("random", seed), false).fingerprint());
                        }
                    }
                }));
    }

    /** Property 15: the same token, the same fingerprint, whatever JVM it is. */
    @Test
    void trials_haveTheSameFingerprintsInAnotherJvm() throws Exception {
        Process other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-ea",
                                "-Xint",
                                "-cp",
                                System.getProperty("java.class.path"),
                                FingerprintsOfTrials.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String others = new String(other.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, other.waitFor(), others);
        assertEquals(FingerprintsOfTrials.lines(), others);
    }

    @Test
    void failure_isNamedShrunkAndRepeatedByItsToken() throws Exception {
        onVirtualThreads(
                List.of(() -> {
                    PropertySuite suite = new PropertySuite(List.of(new NobodyLoses()));
                    Finding finding =
                            Objects.requireNonNull(new Hunt(suite, Trials.standard(1)).run(TRIALS));
                    List<String> lines = FindingText.lines(finding);
                    String text = String.join("\n", lines);

                    assertTrue(text.startsWith("property 99, nobody loses anything: lost"), text);
                    String token = lines.getLast().substring(lines.getLast().indexOf('=') + 1);
                    assertTrue(token.matches("[A-Za-z0-9_-]{1,400}"), token);
                    Trial small = Trial.parse(suite, ReplayToken.parse(token).program());
                    assertTrue(
                            small.planLines().size() < finding.trial().planLines().size(),
                            "fewer actions: " + text);
                    try {
                        FindingText.replay(suite, ReplayToken.parse(token));
                    } catch (AssertionError again) {
                        assertTrue(
                                String.valueOf(again.getMessage()).startsWith(lines.getFirst()),
                                again.getMessage());
                        return;
                    }
                    throw new IllegalStateException("the token's run did not fail");
                }));
    }
}
