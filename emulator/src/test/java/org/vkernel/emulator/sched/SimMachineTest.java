package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.explore.ReplaySchedule;
import org.vkernel.emulator.explore.RoundRobin;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedInt;

class SimMachineTest {
    private static final int SCHEDULES = 200;

    /** Two processes add 1 to a cell, each by a read and a write. */
    private static int unlockedSum(KernelConfig config) {
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            SharedInt counter = kernel.call(() -> new SharedInt(kernel.sched(), 0));
            List<UserProcess> processes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                processes.add(
                        kernel.spawn(
                                "adder" + i,
                                process -> kernel.run(() -> counter.set(counter.get() + 1))));
            }
            processes.forEach(kernel::join);
            return kernel.call(counter::get);
        }
    }

    /** For what races on purpose. */
    private static KernelConfig racy(long seed) {
        return KernelConfig.simulated(seed).checks(Check.allBut(Check.RACES));
    }

    @Test
    void unlockedReadAndWrite_twoTasks_updateIsLostInSomeSchedulesOnly() {
        for (int cpus : new int[] {1, 2, 4}) {
            Set<Integer> sums = new HashSet<>();
            for (int seed = 0; seed < SCHEDULES; seed++) {
                sums.add(unlockedSum(racy(seed).cpus(cpus)));
            }
            assertEquals(Set.of(1, 2), sums, "CPUs: " + cpus);
        }
    }

    @Test
    void unlockedReadAndWrite_roundRobin_noUpdateIsLost() {
        assertEquals(2, unlockedSum(racy(1).strategy(seed -> new RoundRobin()).cpus(1)));
    }

    @Test
    void spinlock_twoTasks_noUpdateIsLostInAnySchedule() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel =
                    VirtualKernel.boot(KernelConfig.simulated(seed).cpus(1 + seed % 3))) {
                SharedInt counter = kernel.call(() -> new SharedInt(kernel.sched(), 0));
                SpinLock lock = kernel.call(() -> new SpinLock(kernel.sched(), "counter"));
                List<UserProcess> processes = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    processes.add(
                            kernel.spawn(
                                    "adder" + i,
                                    process ->
                                            kernel.run(() -> {
                                                lock.lock();
                                                counter.set(counter.get() + 1);
                                                lock.unlock();
                                            })));
                }
                processes.forEach(kernel::join);
                assertEquals(3, kernel.call(counter::get), "seed " + seed);
            }
        }
    }

    @Test
    void mutex_threeTasks_onlyOneIsInside() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel =
                    VirtualKernel.boot(KernelConfig.simulated(seed).cpus(1 + seed % 3))) {
                AtomicInt inside = kernel.call(() -> new AtomicInt(kernel.sched(), 0));
                Mutex mutex = kernel.call(() -> new Mutex(kernel.sched(), "m"));
                List<UserProcess> processes = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    processes.add(
                            kernel.spawn(
                                    "p" + i,
                                    process ->
                                            kernel.run(() -> {
                                                mutex.lock();
                                                assertEquals(1, inside.incrementAndGet());
                                                inside.decrementAndGet();
                                                mutex.unlock();
                                            })));
                }
                processes.forEach(kernel::join);
            }
        }
    }

    @Test
    void run_sameSeed_sameFingerprint() {
        Set<String> fingerprints = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            String first = fingerprint(KernelConfig.simulated(seed));
            assertEquals(first, fingerprint(KernelConfig.simulated(seed)), "seed " + seed);
            fingerprints.add(first);
        }
        assertTrue(fingerprints.size() > 40, "only " + fingerprints.size() + " different runs");
    }

    private static String fingerprint(KernelConfig config) {
        VirtualKernel kernel = VirtualKernel.boot(config);
        Mutex mutex = kernel.call(() -> new Mutex(kernel.sched(), "m"));
        for (int i = 0; i < 3; i++) {
            kernel.spawn(
                    "p" + i,
                    process -> {
                        for (int round = 0; round < 3; round++) {
                            kernel.run(() -> {
                                mutex.lock();
                                mutex.unlock();
                            });
                        }
                    });
        }
        kernel.processes().forEach(kernel::join);
        kernel.close();
        return kernel.trace().fingerprint();
    }

    @Test
    void replay_recordedSchedule_sameFingerprint() {
        for (int seed = 0; seed < 50; seed++) {
            VirtualKernel recorded = VirtualKernel.boot(racy(seed).recording(true));
            String first = lostUpdateRun(recorded);
            int[] answers = recorded.schedule();
            VirtualKernel replayed =
                    VirtualKernel.boot(racy(99).strategy(ignored -> new ReplaySchedule(answers)));
            assertEquals(first, lostUpdateRun(replayed), "seed " + seed);
        }
    }

    private static String lostUpdateRun(VirtualKernel kernel) {
        try (kernel) {
            SharedInt counter = kernel.call(() -> new SharedInt(kernel.sched(), 0));
            for (int i = 0; i < 2; i++) {
                kernel.spawn(
                        "adder" + i, process -> kernel.run(() -> counter.set(counter.get() + 1)));
            }
            kernel.processes().forEach(kernel::join);
        }
        return kernel.trace().fingerprint();
    }

    @Test
    void everybodyWaits_noTimer_deadlockIsReportedWithWhoWaitsForWhat() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        Completion never = kernel.call(() -> new Completion(kernel.sched(), "a letter"));
        UserProcess waiter = kernel.spawn("waiter", process -> kernel.run(never::await));
        KernelFailedException failure =
                assertThrows(KernelFailedException.class, () -> kernel.join(waiter));
        assertTrue(failure.getMessage().contains("deadlock"), failure.getMessage());
        assertTrue(
                failure.getMessage().contains("waiter[2] (D) waits for a letter"),
                failure.getMessage());
        kernel.shutdown();
        assertEquals(1, kernel.reports().size());
    }

    @Test
    void crossedSpinlocks_someSchedule_deadlockNamesBoth() {
        boolean seen = false;
        for (int seed = 0; seed < SCHEDULES && !seen; seed++) {
            VirtualKernel kernel =
                    VirtualKernel.boot(
                            KernelConfig.simulated(seed).cpus(3).checks(Check.allBut(Check.LOCKS)));
            SpinLock a = kernel.call(() -> new SpinLock(kernel.sched(), "a"));
            SpinLock b = kernel.call(() -> new SpinLock(kernel.sched(), "b"));
            kernel.spawn("ab", process -> kernel.run(() -> nest(a, b)));
            kernel.spawn("ba", process -> kernel.run(() -> nest(b, a)));
            try {
                kernel.processes().forEach(kernel::join);
            } catch (KernelFailedException failure) {
                seen = true;
                assertTrue(
                        failure.getMessage()
                                .contains("ab[2] spins for spinlock b, which ba[3] holds"),
                        failure.getMessage());
                assertTrue(
                        failure.getMessage()
                                .contains("ba[3] spins for spinlock a, which ab[2] holds"),
                        failure.getMessage());
            }
            kernel.shutdown();
        }
        assertTrue(seen, "no schedule dead-locked");
    }

    private static void nest(SpinLock outer, SpinLock inner) {
        outer.lock();
        inner.lock();
        inner.unlock();
        outer.unlock();
    }

    @Test
    void endlessLoopInTheKernel_anySeed_softLockupAtTheSameStep() {
        List<String> first = lockup(7);
        assertEquals(first, lockup(7));
        assertTrue(first.get(0).contains("soft lockup"), first.toString());
    }

    private static List<String> lockup(long seed) {
        VirtualKernel kernel =
                VirtualKernel.boot(KernelConfig.simulated(seed).lockupPoints(10_000));
        UserProcess looper =
                kernel.spawn(
                        "looper",
                        process ->
                                kernel.run(() -> {
                                    for (; ; ) {
                                        kernel.sched().relax();
                                    }
                                }));
        assertThrows(KernelFailedException.class, () -> kernel.join(looper));
        kernel.shutdown();
        return kernel.reports().getFirst().lines();
    }

    @Test
    void processThatPollsAndNeverSleeps_isReportedSinceNoTimePasses() {
        VirtualKernel kernel =
                VirtualKernel.boot(KernelConfig.simulated(1).cpus(1).instantPoints(100_000));
        UserProcess poller =
                kernel.spawn(
                        "poller",
                        process -> {
                            for (; ; ) {
                                kernel.run(kernel.sched()::relax);
                            }
                        });
        KernelFailedException failure =
                assertThrows(KernelFailedException.class, () -> kernel.join(poller));
        assertTrue(failure.getMessage().contains("no time passes"), failure.getMessage());
        assertTrue(failure.getMessage().contains("poller[2]"), failure.getMessage());
        kernel.shutdown();
    }

    @Test
    void sleepUnderASpinlock_isReported() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        KernelFailedException failure =
                assertThrows(
                        KernelFailedException.class,
                        () ->
                                kernel.run(() -> {
                                    SpinLock lock = new SpinLock(kernel.sched(), "outer");
                                    Mutex mutex = new Mutex(kernel.sched(), "inner");
                                    lock.lock();
                                    mutex.lock();
                                }));
        assertTrue(
                failure.getMessage().contains("sleeping function called from invalid context"),
                failure.getMessage());
        kernel.shutdown();
    }

    @Test
    void exceptionInAProcess_isItsFailureAndNoBugReport() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        UserProcess process =
                kernel.spawn(
                        "bad",
                        self -> {
                            throw new IllegalArgumentException("mine");
                        });
        KernelFailedException failure =
                assertThrows(KernelFailedException.class, () -> kernel.join(process));
        assertTrue(String.valueOf(failure.getCause()).endsWith("mine"), failure.getMessage());
        assertTrue(kernel.reports().isEmpty());
        kernel.shutdown();
    }

    @Test
    void exceptionInAKernelThread_isAnOops() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
        kernel.run(() ->
                kernel.sched()
                        .admit(
                                kernel.sched()
                                        .newTask(
                                                50,
                                                "kbad",
                                                null,
                                                Task.PF_KTHREAD,
                                                () -> {
                                                    throw new IllegalStateException("x");
                                                })));
        assertThrows(KernelFailedException.class, () -> kernel.run(never::await));
        kernel.shutdown();
        assertTrue(
                kernel.reports().getFirst().rule().contains("IllegalStateException"),
                kernel.reports().toString());
    }

    @Test
    void interrupt_runsOnTopOfWhateverTaskAndOnIdleCpus() {
        Set<String> contexts = new HashSet<>();
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed).cpus(2))) {
                Scheduler sched = kernel.sched();
                AtomicInt seen = kernel.call(() -> new AtomicInt(sched, 0));
                sched.requestIrq(
                        3,
                        cpu -> {
                            assertTrue(sched.inHardirq());
                            assertFalse(sched.inTask());
                            contexts.add(sched.current().comm());
                            seen.incrementAndGet();
                        });
                UserProcess worker =
                        kernel.spawn(
                                "worker",
                                process -> {
                                    for (int i = 0; i < 5; i++) {
                                        kernel.run(sched::relax);
                                    }
                                });
                kernel.run(() -> sched.raiseIrq(sched.cpu(1), 3));
                kernel.join(worker);
                kernel.run(() -> {
                    while (seen.get() == 0) {
                        sched.condResched();
                    }
                });
            }
        }
        assertTrue(contexts.containsAll(Set.of("worker", "swapper/1")), contexts.toString());
    }

    @Test
    void killedProcess_inASleepThatSignalsEnd_isGone() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
                UserProcess victim =
                        kernel.spawn(
                                "victim",
                                process -> {
                                    for (; ; ) {
                                        kernel.run(never::awaitInterruptible);
                                    }
                                });
                kernel.kill(victim, UserProcess.SIGTERM);
                kernel.join(victim);
                assertTrue(victim.isDead());
                assertEquals(UserProcess.SIGTERM, victim.exitCode());
            }
        }
    }

    @Test
    void handledSignal_inASleep_endsItAndRunsTheHandler() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(4))) {
            Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
            Completion ready = kernel.call(() -> new Completion(kernel.sched(), "ready"));
            List<String> seen = new ArrayList<>();
            UserProcess sleeper =
                    kernel.spawn(
                            "sleeper",
                            process -> {
                                process.handle(UserProcess.SIGUSR1, () -> seen.add("handler"));
                                kernel.run(ready::complete);
                                int result = kernel.call(never::awaitInterruptible);
                                seen.add(String.valueOf(result));
                            });
            kernel.run(ready::await);
            kernel.kill(sleeper, UserProcess.SIGUSR1);
            kernel.join(sleeper);
            assertEquals(List.of("handler", "-512"), seen);
        }
    }

    @Test
    void taskThatSwallowsTheEnd_isLeftBehindAndSaid() {
        List<String> log = new ArrayList<>();
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).log(log::add));
        Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
        UserProcess stubborn = kernel.spawn("stubborn", process -> swallow(kernel, never));
        assertThrows(KernelFailedException.class, () -> kernel.join(stubborn));
        kernel.shutdown();
        assertTrue(log.stream().anyMatch(line -> line.contains("left behind")), log.toString());
    }

    private static void swallow(VirtualKernel kernel, Completion never) {
        for (; ; ) {
            try {
                kernel.run(never::await);
            } catch (KernelHalt halt) {
                // As a careless catch (Throwable) would.
            }
        }
    }

    @Test
    void otherThreadOfTheHost_whileOneIsInside_isRefused() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.run(() -> {
                Thread other =
                        Thread.ofPlatform()
                                .unstarted(() ->
                                        assertThrows(
                                                IllegalStateException.class,
                                                () -> kernel.run(() -> {})));
                List<Throwable> escaped = new ArrayList<>();
                other.setUncaughtExceptionHandler((thread, thrown) -> escaped.add(thrown));
                other.start();
                try {
                    other.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                assertEquals(List.of(), escaped);
            });
        }
    }
}
