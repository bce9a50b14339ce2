package org.vkernel.testmodules.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Looks for bytes that reach new code, with a fuzzer (Jazzer) in a JVM of its own, and fails with
 * its report if some make a target fail. They are left in {@code target/fuzz}; a copy in the corpus
 * makes them an example for ever.
 *
 * <p>{@code -Dfuzz.seconds=600} lets it look longer than the {@value #SECONDS} seconds that each
 * target gets.
 */
@Tag("long")
class FuzzerTest {
    private static final String SECONDS = "30";

    /** What starting the JVM, reading the corpus and the last input may take besides. */
    private static final Duration GRACE = Duration.ofMinutes(5);

    /** Where the fuzzer's own code has been built for. */
    private static boolean runsHere() {
        String system = System.getProperty("os.name", "");
        String machine = System.getProperty("os.arch", "");
        return system.equals("Linux") && (machine.equals("amd64") || machine.equals("aarch64"));
    }

    @ParameterizedTest
    @CsvSource({"wire, WireFuzz", "syscalls, SyscallFuzz"})
    void fuzzer_givenTime_findsNothing(String corpus, String target)
            throws IOException, InterruptedException {
        assumeTrue(runsHere(), "the fuzzer runs on Linux on x86_64 and aarch64");
        long seconds = Long.parseLong(System.getProperty("fuzz.seconds", SECONDS));
        Path directory = Files.createDirectories(Path.of("target/fuzz", corpus).toAbsolutePath());
        Path found = Files.createDirectories(directory.resolve("corpus"));
        Path log = directory.resolve("log");
        Process fuzzer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-ea",
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+EnableDynamicAgentLoading",
                                "-Djdk.trackAllThreads=false",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "com.code_intelligence.jazzer.Jazzer",
                                "--target_class=org.vkernel.testmodules.fuzz." + target,
                                "--instrumentation_includes=org.vkernel.**",
                                "--disabled_hooks=**",
                                "--reproducer_path=" + directory,
                                "-artifact_prefix=" + directory + "/",
                                "-max_len=2000",
                                "-len_control=10",
                                "-max_total_time=" + seconds,
                                "-timeout=60",
                                "-print_final_stats=1",
                                found.toString(),
                                FuzzCorpusTest.CORPUS.resolve(corpus).toAbsolutePath().toString())
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            if (!fuzzer.waitFor(seconds + GRACE.toSeconds(), TimeUnit.SECONDS)) {
                fail("it does not end:\n" + Files.readString(log));
            }
        } finally {
            fuzzer.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(log);
        assertEquals(0, fuzzer.exitValue(), String.join("\n", lines));
        assertTrue(
                lines.stream().anyMatch(line -> line.startsWith("stat::number_of_executed_units")),
                String.join("\n", lines));
    }
}
