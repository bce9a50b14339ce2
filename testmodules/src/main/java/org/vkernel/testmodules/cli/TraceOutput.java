package org.vkernel.testmodules.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.trace.TraceEvent;

/** Where {@code --trace} writes: nowhere, to standard output, or to a file. */
final class TraceOutput implements AutoCloseable {
    private static final String STDOUT = "-";

    private final @Nullable String name;
    private final @Nullable PrintStream to;
    private final Console console;

    private TraceOutput(@Nullable String name, @Nullable PrintStream to, Console console) {
        this.name = name;
        this.to = to;
        this.console = console;
    }

    /**
     * Opens it.
     *
     * @param name the file's path, {@code "-"}, or null
     */
    static TraceOutput open(@Nullable String name, Console console) throws UsageException {
        if (name == null) {
            return new TraceOutput(null, null, console);
        }
        if (name.equals(STDOUT)) {
            return new TraceOutput(name, console.out(), console);
        }
        try {
            var file = new BufferedOutputStream(Files.newOutputStream(Path.of(name)), 1 << 16);
            return new TraceOutput(name, new PrintStream(file, false, UTF_8), console);
        } catch (IOException | InvalidPathException e) {
            throw new UsageException(
                    "--trace "
                            + name
                            + ": cannot be written ("
                            + e.getClass().getSimpleName()
                            + "): expected a file's path, or - for standard output");
        }
    }

    /** What is to be told of each event; null if nothing. */
    @Nullable Consumer<TraceEvent> listener() {
        PrintStream stream = to;
        return stream == null ? null : event -> stream.println(event.toLine());
    }

    /** Whether all of it has been written; complains if not. */
    boolean isWritten() {
        if (to != null && to.checkError()) {
            console.complain("--trace " + name + ": could not be written");
            return false;
        }
        return true;
    }

    @Override
    public void close() {
        if (to != null && !STDOUT.equals(name)) {
            to.close();
        }
    }
}
