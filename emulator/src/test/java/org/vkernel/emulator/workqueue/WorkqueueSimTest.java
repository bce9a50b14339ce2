package org.vkernel.emulator.workqueue;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.shared.SharedInt;

/** Queues that share pools of workers, under many schedules. */
class WorkqueueSimTest {
    private static final int SCHEDULES = 200;
    private static final int MILLI = 1_000_000;

    private static void inEverySchedule(int cpus, Consumer<VirtualKernel> body) {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel =
                    VirtualKernel.boot(KernelConfig.simulated(seed).cpus(cpus))) {
                body.accept(kernel);
            }
        }
    }

    private static String brokenRule(Consumer<VirtualKernel> body) {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        KernelFailedException e =
                assertThrows(KernelFailedException.class, () -> body.accept(kernel));
        kernel.shutdown();
        return e.reports().getFirst().rule() + ": " + e.reports().getFirst().what();
    }

    private static void sleep(VirtualKernel kernel, int millis) {
        int result = kernel.hrTimers().sleep((long) millis * MILLI, TaskState.UNINTERRUPTIBLE);
        assertEquals(0, result);
    }

    /** A function that notes when it is inside and asserts that it is so once at a time. */
    private static Work.Function exclusive(SharedInt inside, Runnable body) {
        return w -> {
            assertEquals(0, inside.getOnce());
            inside.setOnce(1);
            body.run();
            inside.setOnce(0);
        };
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
                    kernel.run(() -> {
                        for (int i = 0; i < 3; i++) {
                            kernel.workqueues()
                                    .schedule(
                                            new Work(
                                                    kernel.workqueues(),
                                                    "w" + i,
                                                    exclusive(inside, () -> {})));
                        }
                        kernel.workqueues().flushScheduled();
                    });
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

    // ---- Cancelling ----------------------------------------------------------------------------

    @Test
    void cancelSync_anyState_neitherPendingNorRunningAfterwards() {
        Set<String> outcomes = new HashSet<>();
        inEverySchedule(
                2,
                kernel -> {
                    SharedInt freed = new SharedInt(kernel.sched(), 0);
                    AtomicInteger runs = new AtomicInteger();
                    Work work =
                            new Work(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        assertEquals(0, freed.getOnce());
                                        runs.incrementAndGet();
                                        assertEquals(0, freed.getOnce());
                                    });
                    kernel.run(() -> {
                        kernel.workqueues().schedule(work);
                        boolean wasPending = work.cancelSync();
                        freed.setOnce(1);
                        outcomes.add(wasPending + " " + runs.get());
                        sleep(kernel, 1);
                        assertFalse(work.cancelSync(), "idle");
                        freed.setOnce(0);
                        assertTrue(kernel.workqueues().schedule(work), "can be queued again");
                        work.flush();
                    });
                });
        assertEquals(Set.of("true 0", "false 1"), outcomes);
    }

    @Test
    void cancelSync_twoAtOnceAgainstQueueing_workIsIdleAfterEach() {
        inEverySchedule(
                3,
                kernel -> {
                    AtomicInteger running = new AtomicInteger();
                    Work work =
                            new Work(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        assertEquals(1, running.incrementAndGet());
                                        sleep(kernel, 1);
                                        running.decrementAndGet();
                                    });
                    kernel.spawn(
                            "queuer",
                            process -> {
                                for (int i = 0; i < 5; i++) {
                                    kernel.run(() -> kernel.workqueues().schedule(work));
                                }
                            });
                    for (int i = 0; i < 2; i++) {
                        kernel.spawn(
                                "canceller" + i,
                                process -> {
                                    for (int k = 0; k < 2; k++) {
                                        kernel.run(work::cancelSync);
                                    }
                                });
                    }
                    kernel.runFor(Duration.ofSeconds(1));
                    assertEquals(0, running.get());
                    assertFalse(kernel.call(work::isPending));
                });
    }

    @Test
    void cancelSync_ofWorkThatIsLeftToTheWorkerThatRunsIt_takesItOff() {
        inEverySchedule(
                1,
                kernel -> {
                    AtomicInteger runs = new AtomicInteger();
                    Work work =
                            new Work(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        runs.incrementAndGet();
                                        sleep(kernel, 5);
                                    });
                    kernel.run(() -> kernel.workqueues().schedule(work));
                    kernel.runFor(Duration.ofMillis(1));
                    kernel.run(() -> kernel.workqueues().schedule(work));
                    kernel.runFor(Duration.ofMillis(1)); // another worker finds it running
                    assertTrue(kernel.call(work::cancelSync));
                    kernel.runFor(Duration.ofMillis(20));
                    assertEquals(1, runs.get());
                    assertTrue(kernel.call(() -> kernel.workqueues().schedule(work)));
                    kernel.runFor(Duration.ofMillis(20));
                    assertEquals(2, runs.get());
                });
    }

    @Test
    void cancel_runningWork_doesNotWait() {
        inEverySchedule(
                2,
                kernel -> {
                    List<String> order = new ArrayList<>();
                    Work work =
                            new Work(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        sleep(kernel, 5);
                                        order.add("ended");
                                    });
                    kernel.run(() -> {
                        kernel.workqueues().schedule(work);
                        sleep(kernel, 1);
                        assertFalse(work.cancel());
                        order.add("cancelled");
                        work.flush();
                    });
                    assertEquals(List.of("cancelled", "ended"), order);
                });
    }

    @Test
    void cancel_workWithFlusher_flusherGoesOn() {
        inEverySchedule(
                2,
                kernel -> {
                    Workqueue queue =
                            requireNonNull(
                                    kernel.call(() -> kernel.workqueues().createSinglethread("q")));
                    Work first = new Work(kernel.workqueues(), "first", w -> sleep(kernel, 10));
                    Work second =
                            new Work(
                                    kernel.workqueues(),
                                    "second",
                                    w -> {
                                        throw new IllegalStateException("was cancelled");
                                    });
                    kernel.run(() -> {
                        queue.queue(first);
                        queue.queue(second);
                    });
                    kernel.spawn(
                            "flusher",
                            process -> {
                                assertTrue(kernel.call(second::flush));
                                assertEquals(2 * MILLI, kernel.clock().ns());
                            });
                    kernel.runFor(Duration.ofMillis(2));
                    assertTrue(kernel.call(second::cancel));
                    kernel.run(queue::destroy);
                });
    }

    // ---- Delayed works -------------------------------------------------------------------------

    @Test
    void queueDelayed_ticks_runsWhenTheTimerFires() {
        inEverySchedule(
                2,
                kernel -> {
                    List<Long> ran = new ArrayList<>();
                    DelayedWork work =
                            new DelayedWork(
                                    kernel.workqueues(),
                                    "w",
                                    w -> ran.add(kernel.clock().jiffies()));
                    long start = kernel.clock().jiffies();
                    kernel.run(() -> {
                        assertTrue(kernel.workqueues().scheduleDelayed(work, 5));
                        assertFalse(kernel.workqueues().scheduleDelayed(work, 1), "pending");
                        assertFalse(kernel.workqueues().schedule(work), "pending on its timer");
                        assertTrue(work.isPending());
                    });
                    kernel.runFor(Duration.ofSeconds(1));
                    assertEquals(List.of(start + 6), ran);
                    kernel.run(() -> {
                        assertTrue(kernel.workqueues().scheduleDelayed(work, 0), "at once");
                        work.flush();
                    });
                    assertEquals(2, ran.size());
                });
    }

    @Test
    void modDelayed_pendingOrNot_setsTheDelayAnew() {
        inEverySchedule(
                2,
                kernel -> {
                    List<Long> ran = new ArrayList<>();
                    DelayedWork work =
                            new DelayedWork(
                                    kernel.workqueues(),
                                    "w",
                                    w -> ran.add(kernel.clock().jiffies()));
                    long start = kernel.clock().jiffies();
                    kernel.run(() -> {
                        Workqueue queue = kernel.workqueues().system();
                        assertFalse(queue.modDelayed(work, 50));
                        assertTrue(queue.modDelayed(work, 3));
                    });
                    kernel.runFor(Duration.ofSeconds(1));
                    assertEquals(List.of(start + 4), ran);
                });
    }

    @Test
    void flushDelayed_timerRuns_queuesItNow() {
        inEverySchedule(
                2,
                kernel -> {
                    List<Long> ran = new ArrayList<>();
                    DelayedWork work =
                            new DelayedWork(
                                    kernel.workqueues(), "w", w -> ran.add(kernel.clock().ns()));
                    kernel.run(() -> {
                        kernel.workqueues().scheduleDelayed(work, 1000);
                        work.flush();
                        assertFalse(work.isPending());
                    });
                    assertEquals(List.of(0L), ran);
                });
    }

    @Test
    void cancelDelayed_onItsTimer_neverRuns() {
        inEverySchedule(
                2,
                kernel -> {
                    DelayedWork work =
                            new DelayedWork(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        throw new IllegalStateException("was cancelled");
                                    });
                    kernel.run(() -> {
                        kernel.workqueues().scheduleDelayed(work, 5);
                        assertTrue(work.cancel());
                        assertFalse(work.cancel());
                        kernel.workqueues().scheduleDelayed(work, 5);
                        assertTrue(work.cancelSync());
                    });
                    kernel.runFor(Duration.ofSeconds(1));
                });
    }

    @Test
    void cancelSyncDelayed_timerFiresMeanwhile_neitherPendingNorRunningAfterwards() {
        Set<String> outcomes = new HashSet<>();
        inEverySchedule(
                3,
                kernel -> {
                    SharedInt freed = new SharedInt(kernel.sched(), 0);
                    AtomicInteger runs = new AtomicInteger();
                    DelayedWork work =
                            new DelayedWork(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        assertEquals(0, freed.getOnce());
                                        runs.incrementAndGet();
                                    });
                    kernel.run(() -> kernel.workqueues().scheduleDelayed(work, 1));
                    kernel.spawn(
                            "canceller",
                            process -> {
                                process.sleep(Duration.ofMillis(8)); // two ticks of HZ=250
                                kernel.run(() -> {
                                    outcomes.add(work.cancelSync() + " " + runs.get());
                                    freed.setOnce(1);
                                });
                            });
                    kernel.runFor(Duration.ofSeconds(1));
                });
        assertEquals(Set.of("true 0", "false 1"), outcomes);
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
