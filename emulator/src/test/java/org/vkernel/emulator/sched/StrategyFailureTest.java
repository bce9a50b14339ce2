package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.RandomWalk;

/** A strategy that throws ends the run with what it threw, wherever it was asked. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StrategyFailureTest {
    private static final int LAST_QUESTION = 120;

    /** Walks at random and throws at its n-th question. */
    private static final class Thrower implements Strategy {
        private final RandomWalk walk = new RandomWalk(3);
        private int left;

        Thrower(int left) {
            this.left = left;
        }

        @Override
        public String name() {
            return "thrower";
        }

        @Override
        public int choose(ChoiceKind kind, int count, Alternatives view) {
            if (left-- == 0) {
                throw new IllegalStateException("no answer to this");
            }
            return walk.choose(kind, count, view);
        }
    }

    @Test
    void strategyThrows_atAnyQuestion_endsTheRunWithItsMessageAndNoOops() {
        int ended = 0;
        for (int at = 0; at < LAST_QUESTION; at++) {
            Thrower thrower = new Thrower(at);
            KernelConfig config = KernelConfig.simulated(1).strategy(seed -> thrower).cpus(2);
            VirtualKernel kernel = VirtualKernel.boot(config);
            try {
                Scheduler sched = kernel.sched();
                sched.requestIrq(3, cpu -> sched.relax());
                for (int i = 0; i < 3; i++) {
                    kernel.spawn(
                            "p" + i,
                            process -> {
                                kernel.run(() -> {
                                    sched.relax();
                                    sched.raiseIrq(sched.cpu(1), 3);
                                    sched.relax();
                                });
                                process.sleep(Duration.ofMillis(1));
                            });
                }
                kernel.processes().forEach(kernel::join);
                kernel.close();
            } catch (KernelFailedException failure) {
                ended++;
                assertTrue(
                        failure.getMessage().contains("no answer to this"), failure.getMessage());
                assertTrue(
                        failure.getCause() instanceof IllegalStateException,
                        String.valueOf(failure.getCause()));
                assertThrows(KernelFailedException.class, kernel::close);
            }
            assertEquals(List.of(), kernel.reports());
        }
        assertTrue(ended > 20, "only " + ended + " runs asked so much");
    }
}
