package org.vkernel.emulator.workqueue;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.emulator.workqueue.WorkqueueRuns.MILLI;
import static org.vkernel.emulator.workqueue.WorkqueueRuns.inEverySchedule;
import static org.vkernel.emulator.workqueue.WorkqueueRuns.sleep;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.shared.SharedInt;

/** Works that are taken back or wait for a timer, under many schedules. */
class WorkCancelSimTest {
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
}
