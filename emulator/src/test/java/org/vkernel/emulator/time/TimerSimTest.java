package org.vkernel.emulator.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.shared.SharedInt;

/** Timers that several CPUs arm, take off and run, under many schedules. */
class TimerSimTest {
    private static final int SCHEDULES = 300;

    private static KernelConfig config(int seed) {
        return KernelConfig.simulated(seed).hz(100).cpus(3);
    }

    @Test
    void delSync_functionMayRun_neverRunsAfterwards() {
        Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(config(seed))) {
                SharedInt freed = new SharedInt(kernel.sched(), 0);
                SharedInt runs = new SharedInt(kernel.sched(), 0);
                Timer timer =
                        new Timer(
                                kernel.timers(),
                                "t",
                                t -> {
                                    assertEquals(0, freed.get());
                                    runs.set(runs.get() + 1);
                                    assertEquals(0, freed.get());
                                });
                kernel.run(() -> timer.mod(kernel.clock().jiffies() + 1));
                kernel.spawn(
                        "deleter",
                        process -> {
                            process.sleep(Duration.ofMillis(20));
                            kernel.run(() -> {
                                int pending = timer.delSync();
                                freed.set(1);
                                outcomes.add("pending " + pending + " runs " + runs.get());
                            });
                        });
                kernel.runFor(Duration.ofSeconds(1));
            }
        }
        assertEquals(Set.of("pending 1 runs 0", "pending 0 runs 1"), outcomes);
    }

    @Test
    void delSync_functionRearmsItself_timerIsOffAfterwards() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(config(seed))) {
                SharedInt freed = new SharedInt(kernel.sched(), 0);
                Timer timer =
                        new Timer(
                                kernel.timers(),
                                "t",
                                t -> {
                                    assertEquals(0, freed.get());
                                    t.mod(kernel.clock().jiffies());
                                });
                kernel.run(() -> timer.mod(kernel.clock().jiffies()));
                kernel.spawn(
                        "deleter",
                        process -> {
                            process.sleep(Duration.ofMillis(30));
                            kernel.run(() -> {
                                timer.delSync();
                                freed.set(1);
                                assertFalse(timer.isPending());
                            });
                        });
                kernel.runFor(Duration.ofSeconds(1));
            }
        }
    }

    @Test
    void mod_fromSeveralCpus_functionNeverRunsTwiceAtOnce() {
        Set<Integer> runCounts = new HashSet<>();
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(config(seed))) {
                SharedInt inside = new SharedInt(kernel.sched(), 0);
                SharedInt runs = new SharedInt(kernel.sched(), 0);
                Timer timer =
                        new Timer(
                                kernel.timers(),
                                "t",
                                t -> {
                                    assertEquals(0, inside.get());
                                    inside.set(1);
                                    runs.set(runs.get() + 1);
                                    inside.set(0);
                                });
                for (int i = 0; i < 3; i++) {
                    kernel.spawn(
                            "p" + i,
                            process -> {
                                for (int k = 0; k < 3; k++) {
                                    kernel.run(() -> timer.mod(kernel.clock().jiffies()));
                                    process.sleep(Duration.ofMillis(10));
                                }
                            });
                }
                kernel.runFor(Duration.ofSeconds(1));
                assertFalse(kernel.call(timer::isPending));
                runCounts.add(runs.peek());
            }
        }
        assertTrue(runCounts.size() > 1, "schedules differ: " + runCounts);
    }

    /** The rule of the class comment of timer_delete_sync(): the caller must not hold that lock. */
    @Test
    void delSync_holdingTheLockThatTheFunctionTakes_deadlocksInSomeSchedules() {
        Set<String> rules = new HashSet<>();
        List<String> waits = new ArrayList<>();
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(config(seed))) {
                SpinLock lock = new SpinLock(kernel.sched(), "my_lock");
                Timer timer =
                        new Timer(
                                kernel.timers(),
                                "my_timer",
                                t -> {
                                    lock.lock();
                                    lock.unlock();
                                });
                kernel.run(() -> timer.mod(kernel.clock().jiffies() + 1));
                kernel.spawn(
                        "deleter",
                        process -> {
                            process.sleep(Duration.ofMillis(20));
                            kernel.run(() -> {
                                lock.lockBh();
                                timer.delSync();
                                lock.unlockBh();
                            });
                        });
                kernel.runFor(Duration.ofMillis(50));
                rules.add("none");
            } catch (KernelFailedException e) {
                rules.add(e.reports().getFirst().rule());
                waits.add(e.reports().getFirst().what());
            }
        }
        assertEquals(Set.of("none", "deadlock: every task waits, and no timer is pending"), rules);
        assertTrue(
                waits.getFirst().contains("spins for the function of my_timer to return on CPU"),
                waits.getFirst());
    }

    @Test
    void sameSeed_sameFingerprint() {
        for (int seed = 0; seed < 20; seed++) {
            assertEquals(fingerprint(seed), fingerprint(seed), "seed " + seed);
        }
    }

    private static String fingerprint(int seed) {
        try (VirtualKernel kernel = VirtualKernel.boot(config(seed))) {
            for (int i = 0; i < 5; i++) {
                Timer timer =
                        new Timer(kernel.timers(), "t", t -> t.mod(kernel.clock().jiffies() + 20));
                kernel.spawn(
                        "p" + i,
                        process -> {
                            kernel.run(() -> timer.mod(kernel.clock().jiffies() + 3));
                            process.sleep(Duration.ofMillis(100));
                        });
            }
            kernel.runFor(Duration.ofSeconds(1));
            return kernel.trace().fingerprint();
        }
    }

    @Test
    void jitter_anySeed_neverJumpsOverATimerToTheEndOfTheHostsWait() {
        for (int seed = 0; seed < 200; seed++) {
            KernelConfig config =
                    KernelConfig.simulated(seed).hz(100).cpus(1 + seed % 3).jitter(true);
            try (VirtualKernel kernel = VirtualKernel.boot(config)) {
                List<Long> fired = new ArrayList<>();
                Timer timer =
                        new Timer(
                                kernel.timers(),
                                "every tick",
                                t -> {
                                    fired.add(kernel.clock().jiffies());
                                    t.mod(kernel.clock().jiffies() + 1);
                                });
                kernel.run(() -> timer.mod(kernel.clock().jiffies() + 1));
                kernel.runFor(Duration.ofSeconds(1));
                // Due every second tick; a handler that is held up may miss some of them.
                assertTrue(fired.size() >= 25, "seed " + seed + ": " + fired);
                kernel.run(timer::delSync);
            }
        }
    }
}
