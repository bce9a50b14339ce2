package org.vkernel.emulator.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.SharedInt;

/** Per-CPU data, and the lock that keeps a task on its CPU while it uses them. */
class LocalLockSimTest {
    private static final int SCHEDULES = 100;
    private static final int TASKS = 4;
    private static final int TURNS = 5;

    /** What several tasks count on their CPUs, each time by a read and a write. */
    private static int count(KernelConfig config, boolean locked) {
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            Scheduler sched = kernel.sched();
            LocalLock lock = LocalLock.of(sched, "local");
            PerCpu<SharedInt> counts =
                    kernel.call(() -> new PerCpu<>(sched, cpu -> new SharedInt(sched, 0)));
            List<UserProcess> tasks = new ArrayList<>();
            for (int i = 0; i < TASKS; i++) {
                tasks.add(
                        kernel.spawn(
                                "counter",
                                self -> {
                                    for (int turn = 0; turn < TURNS; turn++) {
                                        kernel.run(() -> countOne(lock, counts, locked));
                                    }
                                }));
            }
            tasks.forEach(kernel::join);
            int sum = 0;
            for (int cpu = 0; cpu < config.cpus(); cpu++) {
                sum += counts.of(cpu).peek();
            }
            return sum;
        }
    }

    private static void countOne(LocalLock lock, PerCpu<SharedInt> counts, boolean locked) {
        if (locked) {
            lock.lock();
        }
        SharedInt own = counts.here();
        own.setOnce(own.getOnce() + 1);
        if (locked) {
            lock.unlock();
        }
    }

    @Test
    void underTheLock_noCountIsLost() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            KernelConfig config = KernelConfig.simulated(seed).cpus(1 + seed % 3);
            assertEquals(TASKS * TURNS, count(config, true), "seed " + seed);
        }
        assertEquals(TASKS * TURNS, count(KernelConfig.parallel(), true));
    }

    @Test
    void withoutTheLock_aCountIsLostInSomeSchedule() {
        int lossy = 0;
        for (int seed = 0; seed < SCHEDULES; seed++) {
            KernelConfig config =
                    KernelConfig.simulated(seed).checks(Check.NONE); // or told at once
            lossy += count(config, false) < TASKS * TURNS ? 1 : 0;
        }
        assertTrue(lossy > 0, "none of " + SCHEDULES);
    }

    @Test
    void lock_isDisabledPreemption_inWhichNobodySleeps() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        LocalLock lock = LocalLock.of(kernel.sched(), "local");
        kernel.run(() -> {
            lock.lock();
            assertTrue(kernel.sched().inAtomic());
            lock.unlock();
            assertFalse(kernel.sched().inAtomic());
        });
        KernelFailedException failed =
                assertThrows(
                        KernelFailedException.class,
                        () ->
                                kernel.run(() -> {
                                    lock.lock();
                                    kernel.sched().mightSleep();
                                }));
        assertEquals(
                "sleeping function called from invalid context",
                failed.reports().getFirst().rule());
        kernel.shutdown();
    }

    @Test
    void here_isTheOwnCpusObject() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).cpus(3))) {
            kernel.run(() -> {
                PerCpu<Object> objects = new PerCpu<>(kernel.sched(), cpu -> new Object());
                kernel.sched().preemptDisable();
                assertSame(objects.of(kernel.sched().thisCpu().index()), objects.here());
                assertNotSame(objects.of(0), objects.of(1));
                kernel.sched().preemptEnable();
            });
        }
    }
}
