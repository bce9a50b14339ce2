package org.vkernel.testmodules.property;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.shared.SharedInt;

/** What a test of {@link Schedules} does, run as JUnit runs it. */
@ResourceLock("vkernel.replay")
class SchedulesTest {
    private static final String REPLAY = "vkernel.replay";

    @AfterEach
    void forgetToken() {
        System.clearProperty(REPLAY);
    }

    /** The tests that are run in here; the build does not run them by themselves. */
    static final class Cases {
        static final AtomicInteger RUNS = new AtomicInteger();

        private static void count(VirtualKernel kernel, @Nullable SpinLock lock) {
            RUNS.incrementAndGet();
            SharedInt counter = new SharedInt(kernel.sched(), 0);
            for (int i = 0; i < 2; i++) {
                kernel.spawn(
                        "counter",
                        self ->
                                kernel.run(() -> {
                                    if (lock != null) {
                                        lock.lock();
                                    }
                                    counter.setOnce(counter.getOnce() + 1);
                                    if (lock != null) {
                                        lock.unlock();
                                    }
                                }));
            }
            kernel.processes().forEach(kernel::join);
            assertEquals(2, counter.peek());
        }

        @Schedules(count = 300)
        void locked(VirtualKernel kernel) {
            count(kernel, kernel.call(() -> new SpinLock(kernel.sched(), "l")));
        }

        /** As above, but for what sets it up and clears it away. */
        private static void search(VirtualKernel kernel, boolean isLocked) {
            RUNS.incrementAndGet();
            kernel.pauseExploration();
            SharedInt counter = new SharedInt(kernel.sched(), 0);
            SpinLock lock = new SpinLock(kernel.sched(), "l");
            int[] left = {2};
            for (int i = 0; i < 2; i++) {
                int cpu = i;
                kernel.run(() -> {
                    var _ =
                            kernel.kthreads()
                                    .runOn(
                                            cpu,
                                            "counter",
                                            self -> {
                                                if (isLocked) {
                                                    lock.lock();
                                                }
                                                counter.setOnce(counter.getOnce() + 1);
                                                if (isLocked) {
                                                    lock.unlock();
                                                }
                                                if (--left[0] == 0) {
                                                    kernel.pauseExploration();
                                                }
                                                return 0;
                                            });
                });
            }
            kernel.resumeExploration();
            kernel.runFor(Duration.ofNanos(1));
            assertEquals(2, counter.peek());
        }

        @Schedules(strategy = "exhaustive", bound = 3)
        void lockedSearched(VirtualKernel kernel) {
            search(kernel, true);
        }

        @Schedules(strategy = "exhaustive", bound = 1)
        void unlockedSearched(VirtualKernel kernel) {
            search(kernel, false);
        }

        @Schedules(strategy = "dpor")
        void lockedReduced(VirtualKernel kernel) {
            search(kernel, true);
        }

        @Schedules(strategy = "dpor")
        void unlockedReduced(VirtualKernel kernel) {
            search(kernel, false);
        }

        @Schedules(count = 1_000, strategy = "pct", cpus = 3, seed = 7)
        void unlocked(VirtualKernel kernel) {
            count(kernel, null);
        }

        @Schedules(count = 5)
        void leaks(VirtualKernel kernel) {
            kernel.run(() -> {
                var _ = kernel.skbs().alloc(10, GfpMask.KERNEL);
            });
        }

        @Schedules(count = 5)
        void checked(VirtualKernel kernel) throws IOException {
            kernel.runFor(Duration.ofMillis(1));
            throw new IOException("of the test");
        }
    }

    /** Runs one of {@link Cases}; gives what it failed of, or null. */
    private static @Nullable Throwable failureOf(String name) {
        Cases.RUNS.set(0);
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(
                                selectMethod(
                                        Cases.class, name, "org.vkernel.emulator.VirtualKernel"))
                        .build();
        AtomicReference<TestExecutionResult> result = new AtomicReference<>();
        LauncherFactory.create()
                .execute(
                        request,
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(
                                    TestIdentifier test, TestExecutionResult ended) {
                                if (test.isTest()) {
                                    result.set(ended);
                                }
                            }
                        });
        return result.get().getThrowable().orElse(null);
    }

    private static String messageOf(String name) {
        Throwable failure = Objects.requireNonNull(failureOf(name), "it should have failed");
        return String.valueOf(failure.getMessage());
    }

    @Test
    void testThatHolds_runsUnderEachSchedule() {
        assertEquals(null, failureOf("locked"));
        assertEquals(300, Cases.RUNS.get());
    }

    @Test
    void race_isFound_shrunk_drawn_andRepeatedByItsToken() {
        String message = messageOf("unlocked");

        assertTrue(message.contains("expected: <2> but was: <1>"), message);
        assertTrue(message.contains("answers other than \"go on\":"), message);
        assertTrue(message.contains("CPU0 "), message);
        assertTrue(message.contains("SchedulesTest.java:"), "names the line: " + message);
        String token = Splitter.on("-D" + REPLAY + "=").splitToList(message).get(1);
        assertTrue(token.matches("[A-Za-z0-9_-]{1,400}"), token);
        assertTrue(Cases.RUNS.get() < 1_000, "it stops at the first failure, and shrinks it");

        System.setProperty(REPLAY, token);
        String again = messageOf("unlocked");
        assertEquals(2, Cases.RUNS.get(), "once to see that it is the same, once to show it");
        assertTrue(again.contains("expected: <2> but was: <1>"), again);
        assertTrue(again.contains(token), again);
        assertTrue(String.valueOf(failureOf("locked")).contains("TestAborted"), "another's token");
        assertEquals(0, Cases.RUNS.get());
    }

    @Test
    void search_testThatHolds_endsByItself() {
        assertEquals(null, failureOf("lockedSearched"));
        int searched = Cases.RUNS.get();
        assertEquals(null, failureOf("lockedReduced"));
        int reduced = Cases.RUNS.get();
        assertTrue(searched > 2 * reduced && reduced >= 2, searched + ", " + reduced);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unlockedSearched", "unlockedReduced"})
    void search_findsTheRace_whoseTokenRepeatsIt(String name) {
        String message = messageOf(name);

        assertTrue(message.contains("expected: <2> but was: <1>"), message);
        assertTrue(message.contains("shrunk from"), message);
        String token = Splitter.on("-D" + REPLAY + "=").splitToList(message).get(1);
        System.setProperty(REPLAY, token);
        String again = messageOf(name);
        assertTrue(again.contains("expected: <2> but was: <1>"), again);
        assertEquals(2, Cases.RUNS.get(), "once to see that it is the same, once to show it");
    }

    @Test
    void leak_isAFailureOfTheSchedule() {
        String message = messageOf("leaks");
        assertTrue(message.contains("leak") || message.contains("sk_buff"), message);
    }

    @Test
    void checkedException_isTheFailuresCause() {
        Throwable failure = Objects.requireNonNull(failureOf("checked"));
        assertTrue(failure.getCause() instanceof IOException, failure + "");
        assertFalse(String.valueOf(failure.getMessage()).contains("UndeclaredThrowable"));
    }

    @Test
    void damagedToken_isToldInOneLine() {
        System.setProperty(REPLAY, "nonsense");
        assertEquals(
                List.of("a damaged token: expected all of what a failure printed"),
                messageOf("locked").lines().toList());
    }
}
