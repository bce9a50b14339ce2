package org.vkernel.emulator.irq;

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
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.shared.SharedInt;

/** Tasklets, under many schedules where the order matters. */
class TaskletSimTest {
    private static final int SCHEDULES = 300;

    private static KernelConfig config(int seed) {
        return KernelConfig.simulated(seed).cpus(1 + seed % 3);
    }

    @Test
    void schedule_bottomHalvesDisabled_runsInOrderOnceEachWhenEnabled() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            List<String> ran = new ArrayList<>();
            try (VirtualKernel kernel = VirtualKernel.boot(config(seed))) {
                Tasklets tasklets = kernel.tasklets();
                kernel.run(() -> {
                    Tasklet a = new Tasklet(tasklets, "a", () -> ran.add("a"));
                    Tasklet b = new Tasklet(tasklets, "b", () -> ran.add("b"));
                    Tasklet urgent = new Tasklet(tasklets, "urgent", () -> ran.add("urgent"));
                    kernel.sched().localBhDisable();
                    a.schedule();
                    b.schedule();
                    a.schedule();
                    urgent.hiSchedule();
                    assertTrue(a.isScheduled());
                    assertEquals(List.of(), ran);
                    kernel.sched().localBhEnable();
                    assertEquals(List.of("urgent", "a", "b"), ran);
                    assertFalse(a.isScheduled());
                });
            }
        }
    }

    @Test
    void schedule_fromProcessContext_ksoftirqdRunsIt() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            List<String> ran = new ArrayList<>();
            try (VirtualKernel kernel = VirtualKernel.boot(config(seed))) {
                Tasklet tasklet =
                        new Tasklet(
                                kernel.tasklets(),
                                "t",
                                () -> {
                                    assertTrue(kernel.sched().inServingSoftirq());
                                    ran.add("ran");
                                });
                kernel.run(tasklet::schedule);
                kernel.runFor(Duration.ofMillis(1));
                assertEquals(List.of("ran"), ran, "seed " + seed);
            }
        }
    }

    @Test
    void schedule_fromSeveralCpus_neverRunsTwiceAtOnceAndLastOneCounts() {
        Set<Integer> runCounts = new HashSet<>();
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed).cpus(3))) {
                SharedInt inside = new SharedInt(kernel.sched(), 0);
                SharedInt asked = new SharedInt(kernel.sched(), 0);
                SharedInt seen = new SharedInt(kernel.sched(), 0);
                AtomicInteger runs = new AtomicInteger();
                Tasklet tasklet =
                        new Tasklet(
                                kernel.tasklets(),
                                "t",
                                () -> {
                                    assertEquals(0, inside.getOnce());
                                    inside.setOnce(1);
                                    seen.set(asked.getOnce());
                                    runs.incrementAndGet();
                                    inside.setOnce(0);
                                });
                for (int i = 0; i < 3; i++) {
                    kernel.spawn(
                            "p" + i,
                            process -> {
                                for (int k = 0; k < 3; k++) {
                                    kernel.run(() -> {
                                        asked.setOnce(asked.getOnce() + 1);
                                        tasklet.schedule();
                                    });
                                }
                            });
                }
                kernel.runFor(Duration.ofMillis(1));
                assertEquals(asked.peek(), seen.peek(), "seed " + seed);
                runCounts.add(runs.get());
            }
        }
        assertTrue(runCounts.size() > 2, "schedules differ: " + runCounts);
    }

    @Test
    void disable_scheduledMeanwhile_runsOnlyAfterEnable() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(config(seed))) {
                AtomicInteger runs = new AtomicInteger();
                SharedInt off = new SharedInt(kernel.sched(), 0);
                Tasklet tasklet =
                        new Tasklet(
                                kernel.tasklets(),
                                "t",
                                () -> {
                                    assertEquals(0, off.getOnce());
                                    runs.incrementAndGet();
                                    assertEquals(0, off.getOnce());
                                });
                UserProcess scheduler =
                        kernel.spawn(
                                "scheduler",
                                process -> {
                                    for (int k = 0; k < 3; k++) {
                                        kernel.run(tasklet::schedule);
                                        process.sleep(Duration.ofMillis(1));
                                    }
                                });
                kernel.run(() -> {
                    tasklet.disable();
                    tasklet.disable();
                    off.setOnce(1);
                });
                kernel.join(scheduler);
                assertTrue(kernel.call(tasklet::isScheduled));
                int before = runs.get();
                kernel.run(() -> {
                    tasklet.enable();
                    off.setOnce(0);
                    tasklet.enable();
                });
                kernel.runFor(Duration.ofMillis(1));
                assertEquals(before + 1, runs.get(), "seed " + seed);
            }
        }
    }

    @Test
    void kill_scheduledOrRunning_neitherAfterwards() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(config(seed))) {
                SharedInt freed = new SharedInt(kernel.sched(), 0);
                AtomicInteger runs = new AtomicInteger();
                Tasklet tasklet =
                        new Tasklet(
                                kernel.tasklets(),
                                "t",
                                () -> {
                                    assertEquals(0, freed.getOnce());
                                    runs.incrementAndGet();
                                    assertEquals(0, freed.getOnce());
                                });
                kernel.run(() -> {
                    tasklet.schedule();
                    tasklet.kill();
                    freed.setOnce(1);
                    assertFalse(tasklet.isScheduled());
                });
                assertEquals(1, runs.get());
                kernel.runFor(Duration.ofMillis(1));
                assertEquals(1, runs.get());
            }
        }
    }

    @Test
    void kill_disabledAndScheduled_isADeadlock() {
        VirtualKernel kernel = VirtualKernel.boot(config(1));
        Tasklet tasklet = new Tasklet(kernel.tasklets(), "t", () -> {});
        KernelFailedException e =
                assertThrows(
                        KernelFailedException.class,
                        () ->
                                kernel.run(() -> {
                                    tasklet.disable();
                                    tasklet.schedule();
                                    tasklet.kill();
                                }));
        assertTrue(e.getMessage().contains("deadlock"), e.getMessage());
        assertTrue(e.getMessage().contains("a tasklet to run or to end"), e.getMessage());
        kernel.shutdown();
    }

    @Test
    void kill_fromSoftirq_isReported() {
        VirtualKernel kernel = VirtualKernel.boot(config(1));
        Tasklet victim = new Tasklet(kernel.tasklets(), "victim", () -> {});
        Tasklet killer = new Tasklet(kernel.tasklets(), "killer", victim::kill);
        kernel.run(killer::schedule);
        KernelFailedException e =
                assertThrows(
                        KernelFailedException.class, () -> kernel.runFor(Duration.ofMillis(1)));
        assertEquals("attempt to kill a tasklet from interrupt", e.reports().getFirst().rule());
        kernel.shutdown();
    }

    @Test
    void function_throwsWhenBottomHalvesAreEnabled_isAPanicAndNotTheProcessesFault() {
        VirtualKernel kernel = VirtualKernel.boot(config(1));
        Tasklet tasklet =
                new Tasklet(
                        kernel.tasklets(),
                        "t",
                        () -> {
                            throw new IllegalStateException("on purpose");
                        });
        UserProcess process =
                kernel.spawn(
                        "p",
                        p ->
                                kernel.run(() -> {
                                    kernel.sched().localBhDisable();
                                    tasklet.schedule();
                                    kernel.sched().localBhEnable();
                                }));
        KernelFailedException e =
                assertThrows(KernelFailedException.class, () -> kernel.join(process));
        assertEquals(
                "kernel panic: java.lang.IllegalStateException", e.reports().getFirst().rule());
        kernel.shutdown();
    }

    @Test
    void parallelMachine_scheduledByAll_runsOneAtATimeAndEnds() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
            int[] unguarded = {0};
            AtomicInteger runs = new AtomicInteger();
            Tasklet tasklet =
                    new Tasklet(
                            kernel.tasklets(),
                            "t",
                            () -> {
                                unguarded[0]++;
                                runs.incrementAndGet();
                            });
            List<UserProcess> processes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                processes.add(
                        kernel.spawn(
                                "p" + i,
                                process -> {
                                    for (int k = 0; k < 2000; k++) {
                                        kernel.run(tasklet::schedule);
                                    }
                                }));
            }
            processes.forEach(kernel::join);
            kernel.run(tasklet::kill);
            assertEquals(runs.get(), unguarded[0]);
            assertTrue(runs.get() > 0);
        }
    }
}
