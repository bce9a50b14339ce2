package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.shared.SharedInt;

/** What a task does that looks for something before it sleeps. */
@Timeout(60)
class PollTest {
    @Test
    void poll_whatNeverHolds_looksSoOftenAndNoMore() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(1))) {
            AtomicInteger looks = new AtomicInteger();
            boolean held =
                    kernel.call(() -> kernel.sched().poll(() -> looks.getAndIncrement() < 0, 7));
            assertFalse(held);
            assertEquals(8, looks.get());
        }
    }

    @Test
    void poll_letsOthersHaveTheOnlyCpu() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(1))) {
            SharedInt word = new SharedInt(kernel.sched(), 0);
            UserProcess looker =
                    kernel.spawn(
                            "looker",
                            process ->
                                    assertTrue(
                                            kernel.call(() ->
                                                    kernel.sched()
                                                            .poll(
                                                                    () -> word.getOnce() == 1,
                                                                    Integer.MAX_VALUE))));
            UserProcess writer =
                    kernel.spawn("writer", process -> kernel.run(() -> word.setOnce(1)));
            kernel.join(writer);
            kernel.join(looker);
            assertTrue(looker.failure() == null);
        }
    }
}
