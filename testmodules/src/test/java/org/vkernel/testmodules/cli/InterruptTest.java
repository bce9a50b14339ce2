package org.vkernel.testmodules.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.CharStreams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Presses Ctrl-C: a real signal to a JVM of its own. */
@Timeout(value = 2, unit = TimeUnit.MINUTES) // a run that cannot be stopped must not hang the build
class InterruptTest {
    @TempDir private Path temp;

    @ParameterizedTest
    @CsvSource({
        "simulated, INT, 130, [0-9a-f]{16}",
        "parallel, INT, 130, -",
        "simulated, TERM, 143, [0-9a-f]{16}"
    })
    void signal_endsTheRunTidily(String machine, String signal, int status, String fingerprint)
            throws Exception {
        Path err = temp.resolve("stderr");
        Process vkernel =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-ea",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "run",
                                "org.vkernel.testmodules.example.Endless",
                                "--machine",
                                machine)
                        .redirectError(err.toFile())
                        .start();
        try (var out = vkernel.inputReader(UTF_8)) {
            assertEquals("tick", out.readLine(), () -> read(err));

            Process kill =
                    new ProcessBuilder("kill", "-" + signal, Long.toString(vkernel.pid())).start();
            assertEquals(0, kill.waitFor());
            List<String> rest = CharStreams.readLines(out);

            assertEquals(status, vkernel.waitFor());
            assertEquals("", read(err));
            assertTrue(
                    rest.getLast()
                            .matches(
                                    "interrupted: 0 messages sent, 0 delivered, 0 dropped,"
                                            + " 0 unread, 0 bug reports, fingerprint "
                                            + fingerprint),
                    rest.getLast());
        } finally {
            vkernel.destroyForcibly();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
