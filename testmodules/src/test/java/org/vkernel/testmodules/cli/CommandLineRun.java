package org.vkernel.testmodules.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Splitter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** What came of a command that was run in this JVM. */
record CommandLineRun(int status, String out, String err) {
    static CommandLineRun vkernel(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status =
                Main.execute(
                        new PrintStream(out, false, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        args);
        return new CommandLineRun(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    /** As a shell splits {@code line}, without quoting. */
    static CommandLineRun vkernelLine(String line) {
        return vkernel(
                Splitter.on(' ').omitEmptyStrings().splitToList(line).toArray(String[]::new));
    }

    List<String> outLines() {
        return out.lines().toList();
    }

    List<String> errLines() {
        return err.lines().toList();
    }

    /** The result: the last line on stdout. */
    String result() {
        return outLines().getLast();
    }

    String fingerprint() {
        return result().substring(result().lastIndexOf(' ') + 1);
    }
}
