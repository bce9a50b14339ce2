package org.vkernel.emulator.workqueue;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;

/** Both kinds of queues on the parallel machine. */
class ParallelWorkqueueStressTest {
    private static final int PROCESSES = 4;
    private static final int WORKS = 500;

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.18"})
    void queue_fromSeveralProcesses_eachWorkRunsOnceAndSingleThreadInOrder(String profile) {
        KernelConfig config = KernelConfig.parallel().profile(Profile.of(profile));
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            Workqueues all = kernel.workqueues();
            Workqueue single = requireNonNull(kernel.call(() -> all.createSinglethread("single")));
            AtomicInteger ran = new AtomicInteger();
            int[] inOrder = new int[PROCESSES];
            List<UserProcess> processes = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                int me = i;
                processes.add(
                        kernel.spawn(
                                "p" + i,
                                process -> {
                                    for (int k = 0; k < WORKS; k++) {
                                        int number = k;
                                        kernel.run(() -> {
                                            all.schedule(
                                                    new Work(all, "w", w -> ran.incrementAndGet()));
                                            single.queue(
                                                    new Work(
                                                            all,
                                                            "s",
                                                            w -> {
                                                                assertEquals(number, inOrder[me]);
                                                                inOrder[me]++;
                                                            }));
                                        });
                                    }
                                    kernel.run(single::flush);
                                    assertEquals(WORKS, inOrder[me]);
                                }));
            }
            processes.forEach(kernel::join);
            kernel.run(() -> {
                all.flushScheduled();
                single.destroy();
            });
            assertEquals(PROCESSES * WORKS, ran.get());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.18"})
    void cancelSync_againstQueueing_neverRunsAfterwards(String profile) {
        KernelConfig config = KernelConfig.parallel().profile(Profile.of(profile));
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            Workqueues all = kernel.workqueues();
            List<UserProcess> processes = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(
                        kernel.spawn(
                                "p" + i,
                                process -> {
                                    for (int k = 0; k < WORKS; k++) {
                                        kernel.run(() -> {
                                            boolean[] freed = {false};
                                            DelayedWork work =
                                                    new DelayedWork(
                                                            all,
                                                            "w",
                                                            w -> assertEquals(false, freed[0]));
                                            all.scheduleDelayed(work, work.number & 1);
                                            work.cancelSync();
                                            freed[0] = true;
                                        });
                                    }
                                }));
            }
            processes.forEach(kernel::join);
            kernel.run(all::flushScheduled);
        }
    }
}
