package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.process.UserProcess;

/** The parallel machine leaves nothing behind, however it ends, and starves nobody. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParallelMachineEndTest {
    private static final int KERNELS = 1_000;

    private static long controllers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("vkernel-irq"))
                .count();
    }

    @Test
    void thousandKernels_withTimers_leaveNoInterruptController() {
        long before = controllers();
        for (int i = 0; i < KERNELS; i++) {
            VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel());
            kernel.spawn(
                    "sleeper",
                    self -> {
                        for (; ; ) {
                            self.sleep(Duration.ofNanos(100_000));
                        }
                    });
            kernel.runFor(Duration.ofNanos(200_000));
            if (i % 2 == 0) {
                kernel.powerOff();
            }
            kernel.close();
        }
        assertEquals(before, controllers());
    }

    @Test
    void endedKernels_areCollected() {
        List<WeakReference<VirtualKernel>> kernels = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            kernels.add(ended());
        }
        for (int i = 0; i < 50 && alive(kernels) > 0; i++) {
            System.gc();
            Thread.onSpinWait();
        }
        assertEquals(0, alive(kernels));
    }

    private static WeakReference<VirtualKernel> ended() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel());
        Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
        kernel.spawn(
                "breaker",
                self -> kernel.run(() -> kernel.sched().reportBroken("a rule", "for a test")));
        assertThrows(KernelFailedException.class, () -> kernel.run(never::await));
        kernel.shutdown();
        return new WeakReference<>(kernel);
    }

    private static long alive(List<WeakReference<VirtualKernel>> kernels) {
        return kernels.stream().filter(reference -> reference.get() != null).count();
    }

    @Test
    void reportWhileTheHostWaitsForASlot_isTheHostsFailure() {
        for (int i = 0; i < 200; i++) {
            VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(1));
            kernel.spawn(
                    "breaker",
                    self -> kernel.run(() -> kernel.sched().reportBroken("a rule", "for a test")));
            assertThrows(
                    KernelFailedException.class,
                    () -> {
                        for (; ; ) {
                            kernel.run(() -> {});
                        }
                    });
            assertThrows(KernelFailedException.class, kernel::close);
        }
    }

    @Test
    void interruptRaisedAsTheLastActOfATask_isDelivered() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(2))) {
            Scheduler sched = kernel.sched();
            for (int i = 0; i < 50; i++) {
                Completion came = kernel.call(() -> new Completion(sched, "the interrupt"));
                sched.requestIrq(3, cpu -> came.complete());
                kernel.run(() ->
                        sched.admit(
                                sched.newTask(
                                        sched.allocatePid(),
                                        "last",
                                        null,
                                        Task.PF_KTHREAD,
                                        () -> sched.raiseIrq(sched.thisCpu(), 3))));
                kernel.run(came::await);
            }
        }
    }

    @Test
    void taskThatEndsInAtomicContext_isReported() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel());
        Scheduler sched = kernel.sched();
        Completion never = kernel.call(() -> new Completion(sched, "ever"));
        kernel.run(() ->
                sched.admit(
                        sched.newTask(77, "atomic", null, Task.PF_KTHREAD, sched::preemptDisable)));
        assertThrows(KernelFailedException.class, () -> kernel.run(never::await));
        assertEquals("task exit in atomic context", kernel.reports().getFirst().rule());
        kernel.shutdown();
    }

    @Test
    void hostAndSleepers_amongTasksThatNeverSleep_getTheirSlots() {
        for (int cpus : new int[] {1, 2}) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(cpus))) {
                for (int i = 0; i < 3; i++) {
                    kernel.spawn(
                            "busy",
                            self -> {
                                for (; ; ) {
                                    kernel.run(kernel.sched()::relax);
                                }
                            });
                }
                UserProcess sleeper =
                        kernel.spawn(
                                "sleeper",
                                self -> {
                                    for (int i = 0; i < 50; i++) {
                                        self.sleep(Duration.ofNanos(50_000));
                                    }
                                });
                for (int i = 0; i < 1_000; i++) {
                    kernel.run(() -> {});
                }
                kernel.join(sleeper);
                assertTrue(sleeper.isDead());
            }
        }
    }

    @Test
    void interruptRaisedWhileTheControllerSpins_isDelivered() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(3))) {
            Scheduler sched = kernel.sched();
            AtomicInteger stage = new AtomicInteger();
            // CPU 2's handler waits, as for a lock, until CPU 1's interrupt has been raised, which
            // the controller has passed by then, and for longer than it takes to park.
            sched.requestIrq(
                    3,
                    cpu -> {
                        stage.compareAndSet(0, 1);
                        AtomicInteger looks = new AtomicInteger();
                        sched.spin(
                                new SpinCondition() {
                                    @Override
                                    public boolean isReady(Task task) {
                                        return stage.get() >= 2 && looks.incrementAndGet() > 5;
                                    }

                                    @Override
                                    public String describeWait() {
                                        return "the other interrupt to be raised";
                                    }
                                });
                    });
            sched.requestIrq(4, cpu -> stage.set(3));
            for (int i = 0; i < 20; i++) {
                stage.set(0);
                kernel.run(() -> sched.raiseIrq(sched.cpu(2), 3));
                while (stage.get() == 0) {
                    Thread.onSpinWait();
                }
                kernel.run(() -> sched.raiseIrq(sched.cpu(1), 4));
                stage.compareAndSet(1, 2);
                while (stage.get() != 3) {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
