package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.locking.Mutex;

/** Which sleeps and read sections are too long, and which are not. */
class StallWatchTest {
    private static final KernelConfig CONFIG =
            KernelConfig.simulated(1).keepGoing(true).checks(ImmutableSet.of(Check.STUCK));

    private static List<BugReport> reports(
            KernelConfig config, Duration time, Consumer<VirtualKernel> setup) {
        VirtualKernel kernel = VirtualKernel.boot(config);
        setup.accept(kernel);
        kernel.runFor(time);
        List<BugReport> reports = kernel.reports();
        kernel.powerOff();
        kernel.shutdown();
        return reports;
    }

    private static void kthread(VirtualKernel kernel, String name, Runnable body) {
        var _ =
                kernel.call(() ->
                        kernel.kthreads()
                                .run(
                                        name,
                                        self -> {
                                            body.run();
                                            return 0;
                                        }));
    }

    private static void waitForEver(VirtualKernel kernel) {
        Completion never = kernel.call(() -> new Completion(kernel.sched(), "nothing"));
        kthread(kernel, "waiter", never::await);
    }

    @Test
    void uninterruptible_isReportedOnce_atItsTime() {
        List<BugReport> reports =
                reports(
                        CONFIG,
                        Duration.ofSeconds(1000),
                        kernel -> {
                            kernel.runFor(Duration.ofSeconds(7));
                            waitForEver(kernel);
                        });
        assertEquals(1, reports.size());
        BugReport report = reports.getFirst();
        assertEquals(StallWatch.BLOCKED, report.rule());
        assertTrue(
                report.what().startsWith("INFO: task waiter:2 blocked for more than 120 seconds."),
                report.what());
        assertEquals(Duration.ofSeconds(127), Duration.ofNanos(report.timeNs()));
        assertEquals("waiter[2]", report.task());
        assertTrue(report.stack().getFirst().startsWith("WaitQueue."), report.stack().toString());
    }

    @Test
    void limit_isTheConfigurations() {
        assertEquals(
                List.of(),
                reports(
                        CONFIG.hungTaskSeconds(0),
                        Duration.ofSeconds(1000),
                        StallWatchTest::waitForEver));
        assertEquals(
                List.of(),
                reports(
                        CONFIG.checks(Check.NONE),
                        Duration.ofSeconds(1000),
                        StallWatchTest::waitForEver));
        List<BugReport> reports =
                reports(
                        CONFIG.hungTaskSeconds(5),
                        Duration.ofSeconds(6),
                        StallWatchTest::waitForEver);
        assertEquals(1, reports.size());
    }

    @Test
    void signalsCouldWakeIt_orItIsWokenNowAndThen_isFine() {
        assertEquals(
                List.of(),
                reports(
                        CONFIG,
                        Duration.ofSeconds(1000),
                        kernel -> {
                            kernel.spawn("sleeper", user -> user.sleep(Duration.ofSeconds(999)));
                            kthread(
                                    kernel,
                                    "poller",
                                    () -> {
                                        for (int i = 0; i < 9; i++) {
                                            kernel.timers().msleep(100_000);
                                        }
                                    });
                        }));
    }

    @Test
    void host_waitsForAProcess_asLongAsItLikes() {
        VirtualKernel kernel = VirtualKernel.boot(CONFIG);
        kernel.join(kernel.spawn("sleeper", user -> user.sleep(Duration.ofSeconds(999))));
        kernel.close();
        assertEquals(List.of(), kernel.reports());
    }

    @Test
    void crossedMutexes_whileOthersRun_areReportedWithTheCycle() {
        List<BugReport> reports =
                reports(
                        CONFIG,
                        Duration.ofSeconds(130),
                        kernel -> {
                            Mutex a = kernel.call(() -> new Mutex(kernel.sched(), "a"));
                            Mutex b = kernel.call(() -> new Mutex(kernel.sched(), "b"));
                            kthread(kernel, "ab", () -> nest(kernel, a, b));
                            kthread(kernel, "ba", () -> nest(kernel, b, a));
                            kthread(
                                    kernel,
                                    "busy",
                                    () -> {
                                        for (int i = 0; i < 1000; i++) {
                                            kernel.timers().msleep(1000);
                                        }
                                    });
                        });
        assertEquals(2, reports.size());
        String what = reports.getFirst().what();
        assertTrue(what.contains("Cycle of 2 tasks:"), what);
        assertTrue(what.contains(" ab[2] waits for mutex b, which ba[3] holds\n"), what);
        assertTrue(what.contains(" ba[3] waits for mutex a, which ab[2] holds\n"), what);
    }

    private static void nest(VirtualKernel kernel, Mutex outer, Mutex inner) {
        outer.lock();
        kernel.timers().msleep(100);
        inner.lock();
        inner.unlock();
        outer.unlock();
    }

    @Test
    void nobodyIsStuck_theWatchChangesNothing() {
        assertEquals(trace(CONFIG), trace(CONFIG.checks(Check.NONE)));
    }

    private static List<String> trace(KernelConfig config) {
        List<String> events = new ArrayList<>();
        assertEquals(
                List.of(),
                reports(
                        config.trace(event -> events.add(event.toString())),
                        Duration.ofSeconds(500),
                        kernel -> {
                            kthread(kernel, "reader", () -> read(kernel, 20_000));
                            kthread(kernel, "writer", () -> kernel.rcu().synchronize());
                            kernel.spawn("user", user -> user.sleep(Duration.ofSeconds(400)));
                        }));
        return events;
    }

    private static void read(VirtualKernel kernel, int msecs) {
        kernel.rcu().readLock();
        kernel.timers().mdelay(msecs);
        kernel.rcu().readUnlock();
    }

    @Test
    void readSection_holdsUpAGracePeriod_isReportedAtItsTime() {
        List<BugReport> reports =
                reports(
                        CONFIG.rcuStallSeconds(3),
                        Duration.ofSeconds(10),
                        kernel -> {
                            kthread(kernel, "reader", () -> read(kernel, 5000));
                            kernel.runFor(Duration.ofSeconds(1));
                            kthread(kernel, "writer", () -> kernel.rcu().synchronize());
                        });
        assertEquals(1, reports.size());
        BugReport report = reports.getFirst();
        assertEquals(StallWatch.STALLED, report.rule());
        assertEquals("reader[2]", report.task());
        assertEquals(Duration.ofSeconds(4), Duration.ofNanos(report.timeNs()));
        assertTrue(report.what().contains("writer[3] (D) waits for the end"), report.what());
    }

    @Test
    void readSection_withoutAGracePeriod_mayLast() {
        assertEquals(
                List.of(),
                reports(
                        CONFIG,
                        Duration.ofSeconds(60),
                        kernel -> kthread(kernel, "reader", () -> read(kernel, 50_000))));
    }
}
