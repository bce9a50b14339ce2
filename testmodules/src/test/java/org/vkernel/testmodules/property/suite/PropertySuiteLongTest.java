package org.vkernel.testmodules.property.suite;

import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The property suite in its long form: {@code mvn -Plong}, with {@code -Dvkernel.trials=N} for
 * another number of trials. How far it is stands on standard error.
 */
@Tag("long")
class PropertySuiteLongTest {
    private static final String TRIALS = "vkernel.trials";
    private static final long DEFAULT_TRIALS = 100_000;
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final int BAR = 30;

    /** Apart from the seeds of the short form. */
    private static final long FIRST_SEED = 1_000_000;

    @Test
    void everyProperty_holdsUnderManySchedules() throws InterruptedException {
        long trials = Long.getLong(TRIALS, DEFAULT_TRIALS);
        int workers = Runtime.getRuntime().availableProcessors();
        long each = Math.ceilDiv(trials, workers);
        AtomicReference<@Nullable Finding> found = new AtomicReference<>();
        List<Hunt> hunts = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            Hunt hunt = new Hunt(PropertySuite.all(), Trials.standard(FIRST_SEED + i * each));
            hunts.add(hunt);
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                Finding finding = hunt.run(each);
                                if (finding != null) {
                                    found.compareAndSet(null, finding);
                                    hunts.forEach(Hunt::stop);
                                }
                            }));
        }
        long begin = System.nanoTime();
        for (Thread thread : threads) {
            while (!thread.join(PAUSE)) {
                long done = hunts.stream().mapToLong(Hunt::done).sum();
                System.err.println(progress(done, each * workers, System.nanoTime() - begin));
            }
        }
        Finding finding = found.get();
        assertNull(finding, () -> finding == null ? "" : shown(finding));
    }

    /** {@code [#####.....] 17000 of 100000 schedules, 1100 schedules/s, 75 s left}. */
    private static String progress(long done, long all, long nanos) {
        int filled = (int) (BAR * done / all);
        double perSecond = done / (nanos / 1e9);
        return String.format(
                Locale.ROOT,
                "property suite: [%s%s] %d of %d schedules, %.0f schedules/s, %.0f s left",
                "#".repeat(filled),
                ".".repeat(BAR - filled),
                done,
                all,
                perSecond,
                (all - done) / Math.max(perSecond, 1e-9));
    }

    private static String shown(Finding finding) {
        List<String> lines = new ArrayList<>();
        Thread thread = Thread.ofVirtual().start(() -> lines.addAll(FindingText.lines(finding)));
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return String.join("\n", lines);
    }
}
