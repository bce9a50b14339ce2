package org.vkernel.testmodules.cli;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Says on standard error how far something is: on a terminal in one line that changes, else in a
 * line from time to time.
 */
final class LiveProgress implements AutoCloseable {
    private static final Duration LIVE = Duration.ofMillis(500);
    private static final Duration SPARSE = Duration.ofSeconds(15);
    private static final double NANOS_PER_SECOND = 1e9;

    /** Goes back to the line's begin, and wipes what was there. */
    private static final String AGAIN = "\r\u001b[K";

    private final PrintStream err;
    private final boolean isLive;
    private final Thread thread;

    private LiveProgress(PrintStream err, Supplier<String> state) {
        this.err = err;
        this.isLive = isTerminal();
        this.thread = Thread.ofPlatform().daemon().unstarted(() -> tell(state));
    }

    @SuppressWarnings("SystemConsoleNull") // which console there is depends on the JDK
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Begins to tell what {@code state} says; it is asked on another thread. */
    static LiveProgress start(PrintStream err, Supplier<String> state) {
        LiveProgress progress = new LiveProgress(err, state);
        progress.thread.start();
        return progress;
    }

    private void tell(Supplier<String> state) {
        try {
            while (true) {
                Thread.sleep(isLive ? LIVE : SPARSE);
                if (isLive) {
                    err.print(AGAIN + state.get());
                    err.flush();
                } else {
                    err.println("vkernel: " + state.get());
                }
            }
        } catch (InterruptedException e) {
            // It is over.
        }
    }

    /** {@code , 812 schedules/s}, since {@code begin}, a time of {@link System#nanoTime}. */
    static String speed(long done, long begin) {
        double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
        return String.format(Locale.ROOT, ", %.0f schedules/s", done / seconds);
    }

    /** {@code , 12 s left}, if the rest goes on as what is done. */
    static String left(long done, long all, long begin) {
        if (done <= 0) {
            return "";
        }
        double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
        return String.format(Locale.ROOT, ", %.0f s left", seconds / done * (all - done));
    }

    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (isLive) {
            err.print(AGAIN);
            err.flush();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
