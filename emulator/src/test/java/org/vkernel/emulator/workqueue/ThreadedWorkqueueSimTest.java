package org.vkernel.emulator.workqueue;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.shared.SharedInt;

/** Queues with threads of their own, as up to 2.6.35, under many schedules. */
class ThreadedWorkqueueSimTest {
    private static final int SCHEDULES = 200;

    private static void inEverySchedule(int cpus, Consumer<VirtualKernel> body) {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel =
                    VirtualKernel.boot(
                            KernelConfig.simulated(seed).cpus(cpus).profile(Profile.V2_6_14))) {
                body.accept(kernel);
            }
        }
    }

    private static void sleep(VirtualKernel kernel, int millis) {
        int result = kernel.hrTimers().sleep(millis * 1_000_000L, TaskState.UNINTERRUPTIBLE);
        assertEquals(0, result);
    }

    @Test
    void queue_perCpu_runsInOrderOnItsCpusThread() {
        inEverySchedule(
                2,
                kernel -> {
                    List<String> ran = new ArrayList<>();
                    kernel.run(() -> {
                        Workqueue queue = requireNonNull(kernel.workqueues().create("cqueue"));
                        for (int i = 0; i < 4; i++) {
                            int number = i;
                            queue.queueOn(
                                    1,
                                    new Work(
                                            kernel.workqueues(),
                                            "w" + i,
                                            w -> {
                                                sleep(kernel, 4 - number);
                                                ran.add(
                                                        kernel.sched().current().comm()
                                                                + " "
                                                                + number);
                                            }));
                        }
                        queue.flush();
                        queue.destroy();
                    });
                    assertEquals(
                            List.of("cqueue/1 0", "cqueue/1 1", "cqueue/1 2", "cqueue/1 3"), ran);
                });
    }

    @Test
    void singlethread_queuedOnAnyCpu_runsInOrder() {
        inEverySchedule(
                3,
                kernel -> {
                    List<Integer> ran = new ArrayList<>();
                    kernel.run(() -> {
                        Workqueue queue =
                                requireNonNull(kernel.workqueues().createSinglethread("single"));
                        for (int i = 0; i < 5; i++) {
                            int number = i;
                            queue.queueOn(
                                    i % 3,
                                    new Work(kernel.workqueues(), "w", w -> ran.add(number)));
                        }
                        queue.destroy();
                    });
                    assertEquals(List.of(0, 1, 2, 3, 4), ran);
                });
    }

    @Test
    void queue_sameWorkOnTwoCpus_runsTwiceAtOnceInSomeSchedules() {
        Set<Boolean> overlapped = new HashSet<>();
        inEverySchedule(
                2,
                kernel -> {
                    SharedInt inside = new SharedInt(kernel.sched(), 0);
                    boolean[] twice = {false};
                    Workqueue queue =
                            requireNonNull(kernel.call(() -> kernel.workqueues().create("q")));
                    Work work =
                            new Work(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        for (int i = 0; i < 10; i++) {
                                            twice[0] |= inside.getOnce() != 0;
                                        }
                                        inside.setOnce(1);
                                        for (int i = 0; i < 10; i++) {
                                            twice[0] |= inside.getOnce() == 0;
                                        }
                                        inside.setOnce(0);
                                    });
                    for (int i = 0; i < 2; i++) {
                        int cpu = i;
                        kernel.spawn(
                                "p" + i, process -> kernel.run(() -> queue.queueOn(cpu, work)));
                    }
                    kernel.runFor(Duration.ofMillis(1));
                    kernel.run(queue::destroy);
                    overlapped.add(twice[0]);
                });
        assertEquals(Set.of(false, true), overlapped);
    }

    @Test
    void flush_fromItsOwnWork_runsTheRestByHand() {
        inEverySchedule(
                1,
                kernel -> {
                    List<String> order = new ArrayList<>();
                    kernel.run(() -> {
                        Workqueues all = kernel.workqueues();
                        Workqueue queue = requireNonNull(all.create("q"));
                        queue.queue(
                                new Work(
                                        all,
                                        "flusher",
                                        w -> {
                                            queue.queue(new Work(all, "a", v -> order.add("a")));
                                            queue.queue(new Work(all, "b", v -> order.add("b")));
                                            queue.flush();
                                            order.add("flushed");
                                        }));
                        queue.destroy();
                    });
                    assertEquals(List.of("a", "b", "flushed"), order);
                });
    }

    @Test
    void cancelDelayed_firedAlready_runsAllTheSame() {
        inEverySchedule(
                1,
                kernel -> {
                    AtomicInteger runs = new AtomicInteger();
                    Workqueues all = kernel.workqueues();
                    Workqueue queue = requireNonNull(kernel.call(() -> all.create("q")));
                    DelayedWork work = new DelayedWork(all, "w", w -> runs.incrementAndGet());
                    kernel.run(() -> {
                        queue.queueDelayed(work, 2);
                        assertTrue(work.cancel(), "the timer was stopped");
                        assertFalse(work.isPending());
                        queue.queue(new Work(all, "slow", w -> sleep(kernel, 100)));
                        queue.queueDelayed(work, 2);
                    });
                    kernel.runFor(Duration.ofMillis(50));
                    assertFalse(kernel.call(work::cancel), "it is on the list");
                    assertEquals(0, runs.get());
                    kernel.run(queue::destroy);
                    assertEquals(1, runs.get());
                });
    }

    @Test
    void cancelSync_anyState_neitherPendingNorRunningAfterwards() {
        inEverySchedule(
                2,
                kernel -> {
                    SharedInt freed = new SharedInt(kernel.sched(), 0);
                    Work work =
                            new Work(
                                    kernel.workqueues(),
                                    "w",
                                    w -> {
                                        assertEquals(0, freed.getOnce());
                                        sleep(kernel, 1);
                                        assertEquals(0, freed.getOnce());
                                    });
                    kernel.run(() -> {
                        kernel.workqueues().system().queueOn(0, work);
                        kernel.workqueues().system().queueOn(1, work);
                        work.cancelSync();
                        freed.setOnce(1);
                        assertFalse(work.isPending());
                        kernel.workqueues().flushScheduled();
                    });
                });
    }
}
