package org.vkernel.emulator.irq;

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
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Scheduler;

class SoftirqsTest {
    private static VirtualKernel boot() {
        return VirtualKernel.boot(KernelConfig.simulated(1).cpus(1));
    }

    @Test
    void raisedWhileDisabled_enabledAgain_runInLinuxsOrder() {
        try (VirtualKernel kernel = boot()) {
            List<String> ran = new ArrayList<>();
            Softirqs softirqs = kernel.softirqs();
            softirqs.open(Softirqs.NET_RX, cpu -> ran.add("NET_RX"));
            softirqs.open(Softirqs.NET_TX, cpu -> ran.add("NET_TX"));
            softirqs.open(Softirqs.BLOCK, cpu -> ran.add("BLOCK"));
            kernel.run(() -> {
                kernel.sched().localBhDisable();
                softirqs.raise(Softirqs.BLOCK);
                softirqs.raise(Softirqs.NET_RX);
                softirqs.raise(Softirqs.NET_TX);
                assertTrue(ran.isEmpty());
                kernel.sched().localBhEnable();
            });
            assertEquals(List.of("NET_TX", "NET_RX", "BLOCK"), ran);
        }
    }

    @Test
    void handler_context_isServingSoftirqWithInterruptsOn() {
        try (VirtualKernel kernel = boot()) {
            Scheduler sched = kernel.sched();
            List<Boolean> seen = new ArrayList<>();
            kernel.softirqs()
                    .open(
                            Softirqs.NET_RX,
                            cpu -> {
                                seen.add(sched.inServingSoftirq());
                                seen.add(sched.inInterrupt());
                                seen.add(sched.inTask());
                                seen.add(sched.irqsDisabled());
                            });
            kernel.run(() -> {
                sched.localBhDisable();
                kernel.softirqs().raise(Softirqs.NET_RX);
                assertTrue(sched.inSoftirq());
                assertFalse(sched.inServingSoftirq());
                sched.localBhEnable();
                assertFalse(sched.inSoftirq());
            });
            assertEquals(List.of(true, true, false, false), seen);
        }
    }

    @Test
    void raisedInItsOwnHandler_runsInTheNextPass_andKsoftirqdTakesOverAfterTen() {
        try (VirtualKernel kernel = boot()) {
            List<String> ran = new ArrayList<>();
            int rounds = Softirqs.MAX_RESTARTS + 5;
            Completion done = kernel.call(() -> new Completion(kernel.sched(), "all rounds"));
            kernel.softirqs()
                    .open(
                            Softirqs.NET_RX,
                            cpu -> {
                                ran.add(kernel.sched().current().comm());
                                if (ran.size() < rounds) {
                                    kernel.softirqs().raise(Softirqs.NET_RX);
                                } else {
                                    done.complete();
                                }
                            });
            kernel.run(() -> {
                kernel.sched().localBhDisable();
                kernel.softirqs().raise(Softirqs.NET_RX);
                kernel.sched().localBhEnable();
                done.await();
            });
            assertEquals(rounds, ran.size());
            assertEquals("init", ran.get(Softirqs.MAX_RESTARTS - 1));
            assertEquals("ksoftirqd/0", ran.getLast());
        }
    }

    @Test
    void raisedInProcessContext_bottomHalvesEnabled_ksoftirqdRunsIt() {
        try (VirtualKernel kernel = boot()) {
            Set<String> ran = new HashSet<>();
            Completion done = kernel.call(() -> new Completion(kernel.sched(), "the softirq"));
            kernel.softirqs()
                    .open(
                            Softirqs.NET_TX,
                            cpu -> {
                                ran.add(kernel.sched().current().comm());
                                done.complete();
                            });
            kernel.run(() -> {
                kernel.softirqs().raise(Softirqs.NET_TX);
                done.await();
            });
            assertEquals(Set.of("ksoftirqd/0"), ran);
        }
    }

    @Test
    void handlerThatLeaksPreemptCount_isReported() {
        VirtualKernel kernel = boot();
        kernel.softirqs().open(Softirqs.NET_TX, cpu -> kernel.sched().preemptDisable());
        KernelFailedException failure =
                assertThrows(
                        KernelFailedException.class,
                        () ->
                                kernel.run(() -> {
                                    kernel.sched().localBhDisable();
                                    kernel.softirqs().raise(Softirqs.NET_TX);
                                    kernel.sched().localBhEnable();
                                }));
        assertTrue(
                failure.getMessage().contains("softirq leaked preempt_count"),
                failure.getMessage());
        kernel.shutdown();
    }

    @Test
    void lockTakenWithoutBhForm_andAgainInASoftirqOnTop_isReported() {
        boolean seen = false;
        for (int seed = 0; seed < 300 && !seen; seed++) {
            VirtualKernel kernel =
                    VirtualKernel.boot(
                            KernelConfig.simulated(seed).cpus(1).checks(Check.allBut(Check.LOCKS)));
            Scheduler sched = kernel.sched();
            SpinLock lock = kernel.call(() -> new SpinLock(sched, "shared"));
            sched.requestIrq(3, cpu -> kernel.softirqs().raiseIrqoff(Softirqs.NET_RX));
            kernel.softirqs()
                    .open(
                            Softirqs.NET_RX,
                            cpu -> {
                                lock.lock();
                                lock.unlock();
                            });
            try {
                kernel.run(() -> {
                    sched.raiseIrq(sched.cpu(0), 3);
                    lock.lock();
                    sched.relax();
                    lock.unlock();
                });
            } catch (KernelFailedException failure) {
                seen =
                        failure.getMessage()
                                .contains("a softirq on top of init[1] spins for shared, which");
                assertTrue(seen, failure.getMessage());
            }
            kernel.shutdown();
        }
        assertTrue(seen, "no schedule met it");
    }

    @Test
    void lockTakenWithBhForm_isSafeInEverySchedule() {
        for (int seed = 0; seed < 300; seed++) {
            try (VirtualKernel kernel =
                    VirtualKernel.boot(KernelConfig.simulated(seed).cpus(1 + seed % 2))) {
                Scheduler sched = kernel.sched();
                SpinLock lock = kernel.call(() -> new SpinLock(sched, "shared"));
                sched.requestIrq(3, cpu -> kernel.softirqs().raiseIrqoff(Softirqs.NET_RX));
                kernel.softirqs()
                        .open(
                                Softirqs.NET_RX,
                                cpu -> {
                                    lock.lock();
                                    lock.unlock();
                                });
                kernel.run(() -> {
                    sched.raiseIrq(sched.cpu(0), 3);
                    lock.lockBh();
                    sched.relax();
                    lock.unlockBh();
                });
            }
        }
    }
}
