package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.process.UserProcess;

/** Runs that end badly leave nothing behind in the JVM. */
class DeadlockedRunsTest {
    private static final int RUNS = 10_000;
    private static final int PROBES = 50;

    @Test
    void tenThousandDeadlocks_inARow_leaveNoThreadAndNoKernel() throws InterruptedException {
        List<WeakReference<VirtualKernel>> kernels = new ArrayList<>();
        List<WeakReference<Thread>> threads = new ArrayList<>();
        // A virtual thread drives, so that a hand-over costs no switch of platform threads.
        Thread driver =
                Thread.ofVirtual()
                        .start(() -> {
                            for (int run = 0; run < RUNS; run++) {
                                boolean probe = run % (RUNS / PROBES) == 0;
                                deadlock(run, probe ? kernels : null, threads);
                            }
                        });
        driver.join();
        assertEquals(PROBES, kernels.size());
        for (int i = 0; i < 50 && alive(kernels) + alive(threads) > 0; i++) {
            System.gc();
            Thread.onSpinWait();
        }
        assertEquals(0, alive(kernels), "kernels left");
        assertEquals(0, alive(threads), "threads left");
    }

    private static <T> long alive(List<WeakReference<T>> references) {
        return references.stream().filter(reference -> reference.get() != null).count();
    }

    private static void deadlock(
            long seed,
            @Nullable List<WeakReference<VirtualKernel>> kernels,
            List<WeakReference<Thread>> threads) {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed));
        Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
        List<UserProcess> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(
                    kernel.spawn(
                            "waiter" + i,
                            process -> {
                                if (kernels != null) {
                                    threads.add(new WeakReference<>(Thread.currentThread()));
                                }
                                kernel.run(never::await);
                            }));
        }
        KernelFailedException failure =
                assertThrows(KernelFailedException.class, () -> kernel.join(processes.getFirst()));
        assertTrue(failure.getMessage().contains("deadlock"));
        kernel.shutdown();
        if (kernels != null) {
            kernels.add(new WeakReference<>(kernel));
        }
    }
}
