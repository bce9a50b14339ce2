package org.vkernel.emulator.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sched.Scheduler;

class TimerTest {
    private static final KernelConfig HZ_100 = KernelConfig.simulated(1).hz(100).cpus(1);

    private static void boot(KernelConfig config, java.util.function.Consumer<VirtualKernel> body) {
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            body.accept(kernel);
        }
    }

    /** The rule that a run breaks. */
    private static String brokenRule(java.util.function.Consumer<VirtualKernel> body) {
        KernelFailedException e =
                assertThrows(KernelFailedException.class, () -> boot(HZ_100, body));
        assertEquals(1, e.reports().size());
        return e.reports().getFirst().rule();
    }

    @Test
    void oneSecond_rearmedByItsFunction_fires1040MillisApartAsRecordedOfLinux() {
        boot(
                HZ_100,
                kernel -> {
                    List<Long> millis = new ArrayList<>();
                    Timer timer =
                            new Timer(
                                    kernel.timers(),
                                    "cn_test_timer",
                                    t -> {
                                        millis.add(kernel.clock().ns() / 1_000_000);
                                        t.mod(kernel.clock().jiffies() + 100);
                                    });
                    kernel.run(() -> timer.mod(kernel.clock().jiffies() + 100));
                    kernel.runFor(Duration.ofSeconds(5));
                    assertEquals(List.of(1040L, 2080L, 3120L, 4160L), millis);
                });
    }

    @Test
    void fineLevel_distances_fireOneTickAfterTheirTime() {
        boot(
                HZ_100,
                kernel -> {
                    List<String> fired = new ArrayList<>();
                    kernel.run(() -> {
                        for (int delta : new int[] {-5, 0, 1, 62, 63}) {
                            Timer timer =
                                    new Timer(
                                            kernel.timers(),
                                            "t",
                                            t ->
                                                    fired.add(
                                                            delta
                                                                    + "@"
                                                                    + kernel.clock().ns()
                                                                            / 10_000_000));
                            timer.mod(kernel.clock().jiffies() + delta);
                        }
                    });
                    kernel.runFor(Duration.ofSeconds(1));
                    // 63 ticks are for the next level, whose ticks are 8 long.
                    assertEquals(List.of("-5@1", "0@1", "1@2", "62@63", "63@64"), fired);
                });
    }

    @Test
    void sameBucket_severalTimers_newestRunsFirst() {
        boot(
                HZ_100,
                kernel -> {
                    List<String> order = new ArrayList<>();
                    kernel.run(() -> {
                        for (String name : List.of("a", "b", "c")) {
                            new Timer(kernel.timers(), name, t -> order.add(t.name()))
                                    .mod(kernel.clock().jiffies() + 3);
                        }
                    });
                    kernel.runFor(Duration.ofSeconds(1));
                    assertEquals(List.of("c", "b", "a"), order);
                });
    }

    @Test
    void mod_pendingAndNot_tellsWhich() {
        boot(
                HZ_100,
                kernel -> {
                    Timer timer = new Timer(kernel.timers(), "t", t -> {});
                    kernel.run(() -> {
                        long now = kernel.clock().jiffies();
                        assertEquals(0, timer.modPending(now + 10), "not pending: not armed");
                        assertFalse(timer.isPending());
                        assertEquals(0, timer.mod(now + 100));
                        assertEquals(1, timer.mod(now + 100), "the same time");
                        assertEquals(1, timer.mod(now + 101), "the same bucket");
                        assertEquals(now + 101, timer.expires());
                        assertEquals(1, timer.mod(now + 5000), "another bucket");
                        assertEquals(1, timer.modPending(now + 7));
                        assertEquals(1, kernel.timers().pendingCount());
                        assertEquals(1, timer.del());
                        assertEquals(0, timer.del());
                        assertEquals(0, timer.delSync());
                        assertEquals(0, kernel.timers().pendingCount());
                    });
                });
    }

    @Test
    void add_expiresSetBefore_firesThen() {
        boot(
                HZ_100,
                kernel -> {
                    List<Long> fired = new ArrayList<>();
                    Timer timer =
                            new Timer(
                                    kernel.timers(), "t", t -> fired.add(kernel.clock().jiffies()));
                    long now = kernel.clock().jiffies();
                    timer.setExpires(now + 9);
                    kernel.run(timer::add);
                    kernel.runFor(Duration.ofSeconds(1));
                    assertEquals(List.of(now + 10), fired);
                });
    }

    @Test
    void shutdown_armedLater_neverFires() {
        boot(
                HZ_100,
                kernel -> {
                    Timer timer =
                            new Timer(
                                    kernel.timers(),
                                    "t",
                                    t -> {
                                        throw new IllegalStateException("fired");
                                    });
                    kernel.run(() -> {
                        timer.mod(kernel.clock().jiffies() + 2);
                        assertEquals(1, timer.shutdown());
                        assertEquals(0, timer.mod(kernel.clock().jiffies() + 2));
                        assertFalse(timer.isPending());
                        assertEquals(0, timer.shutdownSync());
                    });
                    kernel.runFor(Duration.ofSeconds(1));
                });
    }

    @Test
    void beyondTheWheel_isForcedToItsEnd() {
        boot(
                HZ_100,
                kernel -> {
                    List<Long> fired = new ArrayList<>();
                    kernel.run(() ->
                            new Timer(
                                            kernel.timers(),
                                            "t",
                                            t -> fired.add(kernel.clock().jiffies()))
                                    .mod(Long.MAX_VALUE / 2));
                    long start = kernel.clock().jiffies();
                    kernel.runFor(Duration.ofDays(16));
                    assertEquals(1, fired.size());
                    // 62 or 63 ticks of the last level, 8^7 jiffies each.
                    long ticks = fired.getFirst() - start;
                    assertTrue(ticks > 62L << 21 && ticks <= 63L << 21, "fired after " + ticks);
                });
    }

    @Test
    void hundredThousandTimers_addedAndRemoved_othersFire() {
        boot(
                HZ_100,
                kernel -> {
                    int[] fired = {0};
                    List<Timer> timers = new ArrayList<>();
                    kernel.run(() -> {
                        for (int i = 0; i < 100_000; i++) {
                            Timer timer = new Timer(kernel.timers(), "t", t -> fired[0]++);
                            timer.mod(kernel.clock().jiffies() + i % 5000);
                            timers.add(timer);
                            kernel.sched().condResched();
                        }
                        assertEquals(100_000, kernel.timers().pendingCount());
                        for (int i = 0; i < 100_000; i += 2) {
                            assertEquals(1, timers.get(i).del());
                            kernel.sched().condResched();
                        }
                    });
                    kernel.runFor(Duration.ofMinutes(1));
                    assertEquals(50_000, fired[0]);
                    assertEquals(0, kernel.timers().pendingCount());
                });
    }

    @Test
    void idleKernel_noTimers_takesNoTicks() {
        List<String> interrupts = new ArrayList<>();
        boot(
                HZ_100.cpus(4)
                        .trace(event -> {
                            if (event.kind().name().equals("irq_handler")) {
                                interrupts.add(event.toLine());
                            }
                        }),
                kernel -> {
                    Timer timer = new Timer(kernel.timers(), "t", t -> {});
                    kernel.run(() -> {
                        timer.mod(kernel.clock().jiffies() + 100);
                        timer.del(); // nor for one that was taken off
                    });
                    kernel.runFor(Duration.ofHours(1));
                });
        assertEquals(List.of(), interrupts, "the host's wait takes none either");
    }

    @Test
    void function_runsInSoftirqContext() {
        boot(
                HZ_100,
                kernel -> {
                    List<String> seen = new ArrayList<>();
                    Scheduler sched = kernel.sched();
                    kernel.run(() -> {
                        Timer.Function function =
                                t ->
                                        seen.add(
                                                sched.inServingSoftirq()
                                                        + " "
                                                        + sched.inTask()
                                                        + " "
                                                        + sched.irqsDisabled());
                        new Timer(kernel.timers(), "plain", function).mod(kernel.clock().jiffies());
                        new Timer(kernel.timers(), "irqsafe", function, true)
                                .mod(kernel.clock().jiffies() + 1);
                    });
                    kernel.runFor(Duration.ofSeconds(1));
                    assertEquals(List.of("true false false", "true false true"), seen);
                });
    }

    // ---- Broken rules ------------------------------------------------------------------------

    @Test
    void add_pending_isReported() {
        assertEquals(
                "kernel BUG: add_timer() of a pending timer",
                brokenRule(kernel ->
                        kernel.run(() -> {
                            Timer timer = new Timer(kernel.timers(), "t", t -> {});
                            timer.mod(kernel.clock().jiffies() + 5);
                            timer.add();
                        })));
    }

    @Test
    void delSync_fromItsOwnFunction_isReported() {
        assertEquals(
                "del_timer_sync() of a timer from its own function",
                brokenRule(kernel -> {
                    kernel.run(() ->
                            new Timer(kernel.timers(), "t", Timer::delSync)
                                    .mod(kernel.clock().jiffies() + 5));
                    kernel.runFor(Duration.ofSeconds(1));
                }));
    }

    @Test
    void delSync_fromHardirq_isReported() {
        assertEquals(
                "del_timer_sync() in hardirq context",
                brokenRule(kernel -> {
                    Timer victim = new Timer(kernel.timers(), "victim", t -> {});
                    kernel.run(() ->
                            new HrTimer(
                                            kernel.hrTimers(),
                                            "t",
                                            t -> {
                                                victim.delSync();
                                                return false;
                                            })
                                    .start(1000));
                    kernel.runFor(Duration.ofSeconds(1));
                }));
    }

    @Test
    void function_leaksPreemptCount_isReported() {
        assertEquals(
                "timer leaked preempt_count",
                brokenRule(kernel -> {
                    kernel.run(() ->
                            new Timer(kernel.timers(), "t", t -> kernel.sched().preemptDisable())
                                    .mod(kernel.clock().jiffies()));
                    kernel.runFor(Duration.ofSeconds(1));
                }));
    }

    @Test
    void scheduleTimeout_negative_isReported() {
        assertEquals(
                "schedule_timeout: wrong timeout value",
                brokenRule(kernel ->
                        kernel.run(() -> kernel.timers().scheduleTimeoutUninterruptible(-1))));
    }
}
