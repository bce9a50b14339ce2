package org.vkernel.emulator.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;

/** The same timers in real time. */
class ParallelTimeStressTest {
    @Test
    void runFor_realTime_timersFireAndSleepersWake() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().hz(1000))) {
            AtomicInteger fired = new AtomicInteger();
            Timer timer =
                    new Timer(
                            kernel.timers(),
                            "t",
                            t -> {
                                fired.incrementAndGet();
                                t.mod(kernel.clock().jiffies() + 1);
                            });
            long before = kernel.clock().ns();
            kernel.run(() -> timer.mod(kernel.clock().jiffies() + 1));
            UserProcess sleeper =
                    kernel.spawn("sleeper", process -> process.sleep(Duration.ofMillis(3)));
            while (fired.get() < 5) {
                kernel.runFor(Duration.ofMillis(5));
            }
            kernel.join(sleeper);
            assertTrue(kernel.clock().ns() - before >= 5_000_000);
            kernel.run(timer::shutdownSync);
            int after = fired.get();
            kernel.runFor(Duration.ofMillis(5));
            assertEquals(after, fired.get());
        }
    }

    @Test
    void delSync_racingWithFunctionAndArming_neverRunsAfterwards() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().hz(1000))) {
            List<UserProcess> processes = new ArrayList<>();
            AtomicInteger runs = new AtomicInteger();
            for (int i = 0; i < 4; i++) {
                processes.add(
                        kernel.spawn(
                                "p" + i,
                                process -> {
                                    for (int k = 0; k < 20; k++) {
                                        oneLife(kernel, process, runs);
                                    }
                                }));
            }
            processes.forEach(kernel::join);
            assertEquals(0, kernel.<Integer>call(kernel.timers()::pendingCount));
            assertTrue(runs.get() > 0);
        }
    }

    private static void oneLife(VirtualKernel kernel, UserProcess process, AtomicInteger runs) {
        boolean[] freed = {false};
        Timer timer =
                new Timer(
                        kernel.timers(),
                        "t",
                        t -> {
                            assertTrue(!freed[0]);
                            runs.incrementAndGet();
                            t.mod(kernel.clock().jiffies());
                        });
        kernel.run(() -> timer.mod(kernel.clock().jiffies()));
        process.sleep(Duration.ofMillis(2));
        kernel.run(() -> {
            timer.delSync();
            freed[0] = true;
        });
    }
}
