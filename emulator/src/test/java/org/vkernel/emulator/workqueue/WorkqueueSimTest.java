package org.vkernel.emulator.workqueue;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.emulator.workqueue.WorkqueueRuns.exclusive;
import static org.vkernel.emulator.workqueue.WorkqueueRuns.inEverySchedule;
import static org.vkernel.emulator.workqueue.WorkqueueRuns.sleep;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.shared.SharedInt;

/** Queues that share pools of workers, under many schedules. */
class WorkqueueSimTest {
    private static String brokenRule(Consumer<VirtualKernel> body) {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        KernelFailedException e =
                assertThrows(KernelFailedException.class, () -> body.accept(kernel));
        kernel.shutdown();
        return e.reports().getFirst().rule() + ": " + e.reports().getFirst().what();
    }

    @Test
    void schedule_pendingAlready_runsOnceInProcessContext() {
        inEverySchedule(
                2,
                kernel -> {
                    List<String> ran = new ArrayList<>();
                    Work work =
                            new Work(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        kernel.sched().mightSleep();
                                        assertFalse(w.isPending());
                                        ran.add(kernel.sched().current().comm());
                                    });
                    kernel.run(() -> {
                        kernel.sched().localBhDisable();
                        kernel.sched().preemptDisable();
                        boolean first = kernel.workqueues().schedule(work);
                        boolean second = kernel.workqueues().schedule(work);
                        assertTrue(first);
                        assertTrue(!second || !ran.isEmpty(), "accepted again before it ran");
                        kernel.sched().preemptEnable();
                        kernel.sched().localBhEnable();
                        work.flush();
                        assertFalse(work.flush(), "nothing is left to wait for");
                    });
                    assertTrue(ran.getFirst().startsWith("kworker/"), ran.toString());
                });
    }

    @Test
    void queue_byItself_runsAgain() {
        inEverySchedule(
                2,
                kernel -> {
                    AtomicInteger runs = new AtomicInteger();
                    Workqueue queue =
                            requireNonNull(kernel.call(() -> kernel.workqueues().create("q")));
                    Work work =
                            new Work(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        if (runs.incrementAndGet() < 5) {
                                            assertTrue(queue.queue(w));
                                        }
                                    });
                    kernel.run(() -> {
                        queue.queue(work);
                        queue.drain();
                        assertEquals(5, runs.get());
                        queue.destroy();
                    });
                });
    }

    @Test
    void queue_fromSeveralCpus_neverRunsTwiceAtOnceAndLastOneCounts() {
        Set<Integer> runCounts = new HashSet<>();
        inEverySchedule(
                3,
                kernel -> {
                    SharedInt inside = new SharedInt(kernel.sched(), 0);
                    SharedInt asked = new SharedInt(kernel.sched(), 0);
                    SharedInt seen = new SharedInt(kernel.sched(), 0);
                    AtomicInteger runs = new AtomicInteger();
                    Work work =
                            new Work(
                                    kernel.workqueues(),
                                    "w",
                                    exclusive(
                                            inside,
                                            () -> {
                                                seen.set(asked.getOnce());
                                                runs.incrementAndGet();
                                            }));
                    for (int i = 0; i < 3; i++) {
                        kernel.spawn(
                                "p" + i,
                                process -> {
                                    for (int k = 0; k < 3; k++) {
                                        kernel.run(() -> {
                                            asked.setOnce(asked.getOnce() + 1);
                                            kernel.workqueues().schedule(work);
                                        });
                                    }
                                });
                    }
                    kernel.runFor(Duration.ofMillis(1));
                    assertEquals(asked.peek(), seen.peek());
                    runCounts.add(runs.get());
                });
        assertTrue(runCounts.size() > 2, "schedules differ: " + runCounts);
    }

    // ---- Order and concurrency -----------------------------------------------------------------

    @Test
    void orderedQueue_sleepingWorks_oneAtATimeInOrder() {
        inEverySchedule(
                3,
                kernel -> {
                    SharedInt inside = new SharedInt(kernel.sched(), 0);
                    List<Integer> order = new ArrayList<>();
                    kernel.run(() -> {
                        Workqueue queue =
                                requireNonNull(kernel.workqueues().createSinglethread("q"));
                        for (int i = 0; i < 4; i++) {
                            int number = i;
                            queue.queue(
                                    new Work(
                                            kernel.workqueues(),
                                            "w" + i,
                                            exclusive(
                                                    inside,
                                                    () -> {
                                                        sleep(kernel, 4 - number);
                                                        order.add(number);
                                                    })));
                        }
                        queue.flush();
                        assertEquals(List.of(0, 1, 2, 3), order);
                        queue.destroy();
                    });
                });
    }

    @Test
    void boundQueue_worksThatDoNotSleep_runOneAfterTheOtherOnACpu() {
        inEverySchedule(
                1,
                kernel -> {
                    SharedInt inside = new SharedInt(kernel.sched(), 0);
                    AtomicInteger runs = new AtomicInteger();
                    kernel.run(() -> {
                        for (int i = 0; i < 3; i++) {
                            kernel.workqueues()
                                    .schedule(
                                            new Work(
                                                    kernel.workqueues(),
                                                    "w" + i,
                                                    exclusive(inside, runs::incrementAndGet)));
                        }
                        kernel.workqueues().flushScheduled();
                    });
                    assertEquals(3, runs.get());
                });
    }

    @Test
    void boundQueue_workThatSleeps_letsTheNextStart() {
        inEverySchedule(
                1,
                kernel -> {
                    List<String> order = new ArrayList<>();
                    kernel.run(() -> {
                        Workqueues all = kernel.workqueues();
                        all.schedule(
                                new Work(
                                        all,
                                        "sleeper",
                                        w -> {
                                            order.add("sleeper starts");
                                            sleep(kernel, 5);
                                            order.add("sleeper ends");
                                        }));
                        all.schedule(new Work(all, "next", w -> order.add("next")));
                        all.flushScheduled();
                    });
                    assertEquals(List.of("sleeper starts", "next", "sleeper ends"), order);
                });
    }

    @Test
    void unboundQueue_works_runAtOnceInSomeSchedules() {
        Set<Integer> most = new HashSet<>();
        inEverySchedule(
                2,
                kernel -> {
                    SharedInt inside = new SharedInt(kernel.sched(), 0);
                    AtomicInteger max = new AtomicInteger();
                    kernel.run(() -> {
                        Workqueue queue = kernel.workqueues().systemUnbound();
                        for (int i = 0; i < 3; i++) {
                            queue.queue(
                                    new Work(
                                            kernel.workqueues(),
                                            "w" + i,
                                            w -> {
                                                inside.setOnce(inside.getOnce() + 1);
                                                max.accumulateAndGet(inside.getOnce(), Math::max);
                                                inside.setOnce(inside.getOnce() - 1);
                                            }));
                        }
                        queue.flush();
                    });
                    most.add(max.get() > 1 ? 2 : 1);
                });
        assertEquals(Set.of(1, 2), most);
    }

    @Test
    void maxActive_moreWorks_neverMoreAtOnce() {
        inEverySchedule(
                1,
                kernel -> {
                    int[] now = {0};
                    int[] most = {0};
                    kernel.run(() -> {
                        Workqueue queue =
                                requireNonNull(
                                        requireNonNull(
                                                kernel.workqueues()
                                                        .alloc("q", Workqueues.Kind.BOUND, 2)));
                        for (int i = 0; i < 5; i++) {
                            queue.queue(
                                    new Work(
                                            kernel.workqueues(),
                                            "w" + i,
                                            w -> {
                                                most[0] = Math.max(most[0], ++now[0]);
                                                sleep(kernel, 1);
                                                now[0]--;
                                            }));
                        }
                        queue.flush();
                        assertEquals(2, most[0]);
                        assertEquals(0, now[0]);
                        queue.destroy();
                    });
                });
    }

    @Test
    void queueOn_otherCpu_runsThere() {
        inEverySchedule(
                3,
                kernel ->
                        kernel.run(() -> {
                            for (int cpu = 0; cpu < 3; cpu++) {
                                int expected = cpu;
                                Work work =
                                        new Work(
                                                kernel.workqueues(),
                                                "w",
                                                w ->
                                                        assertEquals(
                                                                expected,
                                                                kernel.sched().thisCpu().index()));
                                kernel.workqueues().system().queueOn(cpu, work);
                                assertTrue(work.flush() || !work.isPending());
                            }
                        }));
    }

    // ---- Flushing ------------------------------------------------------------------------------

    @Test
    void flush_severalFlushers_eachFindsItsWorksEnded() {
        for (Workqueues.Kind kind : Workqueues.Kind.values()) {
            inEverySchedule(
                    2,
                    kernel -> {
                        Workqueue queue =
                                requireNonNull(
                                        kernel.call(() -> kernel.workqueues().alloc("q", kind, 2)));
                        for (int i = 0; i < 3; i++) {
                            kernel.spawn(
                                    "p" + i,
                                    process -> {
                                        for (int k = 0; k < 3; k++) {
                                            kernel.run(() -> queueAndFlush(kernel, queue));
                                        }
                                    });
                        }
                        kernel.runFor(Duration.ofSeconds(1));
                        kernel.run(queue::destroy);
                    });
        }
    }

    private static void queueAndFlush(VirtualKernel kernel, Workqueue queue) {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            queue.queue(
                    new Work(
                            kernel.workqueues(),
                            "w",
                            w -> {
                                sleep(kernel, 1);
                                ended.incrementAndGet();
                            }));
        }
        queue.flush();
        assertEquals(3, ended.get());
    }

    @Test
    void flush_noneQueued_returnsAtOnce() {
        inEverySchedule(
                2,
                kernel -> {
                    kernel.run(() -> kernel.workqueues().flushScheduled());
                    assertEquals(0, kernel.clock().ns());
                });
    }

    @Test
    void flush_workRequeuesItselfForEver_doesNotWaitForLaterOnes() {
        inEverySchedule(
                2,
                kernel -> {
                    AtomicInteger runs = new AtomicInteger();
                    Workqueue queue =
                            requireNonNull(kernel.call(() -> kernel.workqueues().create("q")));
                    DelayedWork work =
                            new DelayedWork(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        runs.incrementAndGet();
                                        sleep(kernel, 1);
                                        queue.queue(w);
                                    });
                    kernel.run(() -> {
                        queue.queue(work);
                        queue.flush();
                        int seen = runs.get();
                        assertTrue(seen >= 1 && seen <= 2, "ran " + seen);
                        assertTrue(work.flush());
                        assertTrue(runs.get() <= seen + 2);
                        work.cancelSync();
                        assertFalse(work.isPending());
                        int last = runs.get();
                        sleep(kernel, 10);
                        assertEquals(last, runs.get());
                        queue.destroy();
                    });
                });
    }

    @Test
    void drain_chainOfWorks_waitsForTheLast() {
        inEverySchedule(
                2,
                kernel -> {
                    List<Integer> ran = new ArrayList<>();
                    kernel.run(() -> {
                        Workqueue queue = requireNonNull(kernel.workqueues().create("q"));
                        queue.queue(chained(kernel, queue, ran, 4));
                        queue.drain();
                        assertEquals(List.of(4, 3, 2, 1), ran);
                        queue.destroy();
                    });
                });
    }

    private static Work chained(
            VirtualKernel kernel, Workqueue queue, List<Integer> ran, int left) {
        return new Work(
                kernel.workqueues(),
                "w" + left,
                w -> {
                    ran.add(left);
                    if (left > 1) {
                        queue.queue(chained(kernel, queue, ran, left - 1));
                    }
                });
    }

    // ---- Broken rules --------------------------------------------------------------------------

    @Test
    void queue_destroyedQueue_isReported() {
        assertEquals(
                "use after free: work on a destroyed workqueue: work w on workqueue q",
                brokenRule(kernel ->
                        kernel.run(() -> {
                            Workqueue queue = requireNonNull(kernel.workqueues().create("q"));
                            queue.destroy();
                            queue.queue(new Work(kernel.workqueues(), "w", w -> {}));
                        })));
    }

    @Test
    void queue_drainingQueueFromOutside_isReported() {
        String rule =
                brokenRule(kernel -> {
                    Workqueue queue =
                            requireNonNull(kernel.call(() -> kernel.workqueues().create("q")));
                    kernel.run(() ->
                            queue.queue(
                                    new Work(kernel.workqueues(), "slow", w -> sleep(kernel, 10))));
                    kernel.spawn("drainer", process -> kernel.run(queue::drain));
                    kernel.runFor(Duration.ofMillis(5));
                    kernel.run(() -> queue.queue(new Work(kernel.workqueues(), "late", w -> {})));
                });
        assertEquals("work queued on a draining workqueue: work late on workqueue q", rule);
    }

    @Test
    void flush_fromItsOwnWork_isADeadlock() {
        String rule =
                brokenRule(kernel -> {
                    kernel.run(() ->
                            kernel.workqueues()
                                    .schedule(new Work(kernel.workqueues(), "self", Work::flush)));
                    kernel.runFor(Duration.ofSeconds(1));
                    kernel.run(() -> kernel.workqueues().flushScheduled());
                });
        assertTrue(rule.startsWith("deadlock"), rule);
        assertTrue(rule.contains("waits for the end of work self"), rule);
    }

    @Test
    void function_leavesPreemptionOff_isReported() {
        String rule =
                brokenRule(kernel ->
                        kernel.run(() -> {
                            kernel.workqueues()
                                    .schedule(
                                            new Work(
                                                    kernel.workqueues(),
                                                    "leaky",
                                                    w -> kernel.sched().preemptDisable()));
                            kernel.workqueues().flushScheduled();
                        }));
        assertTrue(rule.startsWith("workqueue leaked lock or atomic: kworker/"), rule);
        assertTrue(rule.endsWith("last function: leaky"), rule);
    }

    @Test
    void sameSeed_sameFingerprint() {
        for (int seed = 0; seed < 10; seed++) {
            assertEquals(fingerprint(seed), fingerprint(seed), "seed " + seed);
        }
    }

    private static String fingerprint(int seed) {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed).cpus(3))) {
            for (int i = 0; i < 3; i++) {
                DelayedWork work = new DelayedWork(kernel.workqueues(), "w", w -> sleep(kernel, 1));
                kernel.spawn(
                        "p" + i,
                        process -> {
                            kernel.run(() -> kernel.workqueues().schedule(work));
                            process.sleep(Duration.ofMillis(3));
                            kernel.run(() -> kernel.workqueues().scheduleDelayed(work, 3));
                        });
            }
            kernel.runFor(Duration.ofSeconds(1));
            return kernel.trace().fingerprint();
        }
    }
}
