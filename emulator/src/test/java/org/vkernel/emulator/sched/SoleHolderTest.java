package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.emulator.AttachedProcess;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.time.Timer;

/** A task that is alone keeps all CPUs, until somebody else wants one. */
@Timeout(60)
class SoleHolderTest {
    /** Enough calls to be taken for alone, if nobody disturbs. */
    private static final int CALLS = 8 * ParallelMachine.LOOK_SYSCALLS;

    /** Enough even if init, who waits for the end, or an interrupt comes between now and then. */
    private static final int MANY_CALLS = 1 << 22;

    private static VirtualKernel boot(int cpus) {
        return VirtualKernel.boot(KernelConfig.parallel().cpus(cpus));
    }

    private static boolean callUntilAlone(VirtualKernel kernel) {
        for (int i = 0; i < MANY_CALLS; i++) {
            if (kernel.call(() -> kernel.sched().isSole())) {
                return true;
            }
        }
        return false;
    }

    @Test
    void taskThatIsAlone_keepsAllCpus() {
        try (VirtualKernel kernel = boot(3)) {
            kernel.join(kernel.spawn("lone", process -> assertTrue(callUntilAlone(kernel))));
            assertFalse(kernel.call(() -> kernel.sched().isSole()), "it has ended");
        }
    }

    @Test
    void hostsThread_keepsAllCpusToo_andInitRevokesIt() {
        try (VirtualKernel kernel = boot(2)) {
            try (AttachedProcess _ = kernel.attach("host")) {
                assertTrue(callUntilAlone(kernel));
                Thread other = Thread.ofPlatform().start(() -> kernel.run(() -> {}));
                joined(other);
                assertFalse(kernel.call(() -> kernel.sched().isSole()));
            }
        }
    }

    private static void joined(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void holderThatIsInUserCodeForLong_isRevoked() {
        try (VirtualKernel kernel = boot(2)) {
            CountDownLatch alone = new CountDownLatch(1);
            CountDownLatch served = new CountDownLatch(1);
            UserProcess holder =
                    kernel.spawn(
                            "holder",
                            process -> {
                                assertTrue(callUntilAlone(kernel));
                                alone.countDown();
                                awaited(served);
                                kernel.run(() -> {});
                            });
            UserProcess other =
                    kernel.spawn(
                            "other",
                            process -> {
                                awaited(alone);
                                for (int i = 0; i < 100; i++) {
                                    kernel.run(() -> {});
                                }
                                served.countDown();
                            });
            kernel.join(holder);
            kernel.join(other);
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void timerOfHolderThatIsInUserCode_fires() {
        try (VirtualKernel kernel = boot(2)) {
            CountDownLatch fired = new CountDownLatch(1);
            kernel.join(
                    kernel.spawn(
                            "lone",
                            process -> {
                                assertTrue(callUntilAlone(kernel));
                                kernel.run(() ->
                                        new Timer(
                                                        kernel.timers(),
                                                        "alarm",
                                                        timer -> fired.countDown())
                                                .mod(kernel.clock().jiffies() + 2));
                                awaited(fired);
                            }));
        }
    }

    @Test
    void holderThatSleepsInTheKernel_letsOthersIn() {
        try (VirtualKernel kernel = boot(1)) {
            kernel.join(
                    kernel.spawn(
                            "lone",
                            process -> {
                                assertTrue(callUntilAlone(kernel));
                                kernel.run(() -> kernel.timers().msleep(3));
                                assertFalse(kernel.call(() -> kernel.sched().isSole()));
                            }));
        }
    }

    @Test
    void holderThatBusyWaits_letsInWhomItWaitsFor() {
        try (VirtualKernel kernel = boot(2)) {
            Scheduler sched = kernel.sched();
            SharedInt flag = kernel.call(() -> new SharedInt(sched, 0));
            CountDownLatch waiting = new CountDownLatch(1);
            UserProcess holder =
                    kernel.spawn(
                            "holder",
                            process -> {
                                assertTrue(callUntilAlone(kernel));
                                kernel.run(() -> {
                                    waiting.countDown();
                                    while (flag.getOnce() == 0) {
                                        sched.relax();
                                    }
                                });
                            });
            UserProcess other =
                    kernel.spawn(
                            "other",
                            process -> {
                                awaited(waiting);
                                kernel.run(() -> flag.setOnce(1));
                            });
            kernel.join(holder);
            kernel.join(other);
        }
    }

    @Test
    void revocationAtAnyMoment_losesNoUpdate() {
        int begun = 0;
        for (int round = 0; round < 40; round++) {
            try (VirtualKernel kernel = boot(1 + round % 3)) {
                Scheduler sched = kernel.sched();
                AtomicInt atomic = kernel.call(() -> new AtomicInt(sched, 0));
                SpinLock lock = kernel.call(() -> new SpinLock(sched, "lock"));
                SharedInt guarded = kernel.call(() -> new SharedInt(sched, 0));
                Runnable step =
                        () -> {
                            atomic.incrementAndGet();
                            lock.lock();
                            guarded.set(guarded.get() + 1);
                            lock.unlock();
                        };
                AtomicBoolean done = new AtomicBoolean();
                int[] disturbances = new int[2];
                List<UserProcess> processes = new ArrayList<>();
                for (int i = 0; i < disturbances.length; i++) {
                    int me = i;
                    processes.add(
                            kernel.spawn(
                                    "disturber" + i,
                                    process -> {
                                        for (; !done.get(); disturbances[me]++) {
                                            kernel.run(step);
                                            LockSupport.parkNanos(
                                                    50_000L << Math.min(8, disturbances[me] / 4));
                                        }
                                    }));
                }
                boolean[] wasAlone = new boolean[1];
                UserProcess busy =
                        kernel.spawn(
                                "busy",
                                process -> {
                                    for (int i = 0; i < 4 * CALLS; i++) {
                                        kernel.run(step);
                                        wasAlone[0] |= sched.soleHolder != null;
                                    }
                                });
                kernel.join(busy);
                done.set(true);
                processes.forEach(kernel::join);
                int expected = 4 * CALLS + disturbances[0] + disturbances[1];
                assertEquals(expected, kernel.call(atomic::get));
                assertEquals(expected, kernel.call(guarded::get));
                begun += wasAlone[0] ? 1 : 0;
            }
        }
        assertTrue(begun > 10, "runs in which the busy task was alone: " + begun);
    }
}
