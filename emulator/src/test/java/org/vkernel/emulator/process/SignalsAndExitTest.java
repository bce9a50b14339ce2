package org.vkernel.emulator.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.Completion;

/** Signals at any moment, and what a process leaves behind. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SignalsAndExitTest {
    private static final int SCHEDULES = 200;

    @Test
    void secondFatalSignal_doesNotChangeWhatItDiedOf() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
                UserProcess victim =
                        kernel.spawn("victim", self -> kernel.run(never::awaitInterruptible));
                kernel.kill(victim, UserProcess.SIGTERM);
                kernel.kill(victim, UserProcess.SIGKILL);
                kernel.join(victim);
                assertEquals(UserProcess.SIGTERM, victim.exitCode());
            }
        }
    }

    @Test
    void signalAfterExit_doesNotChangeTheStatus() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                AtomicInteger exits = new AtomicInteger();
                UserProcess victim =
                        kernel.spawn(
                                "victim",
                                self -> {
                                    exits.incrementAndGet();
                                    self.exit(5);
                                });
                UserProcess killer =
                        kernel.spawn("killer", self -> kernel.run(() -> victim.signal(9)));
                kernel.join(killer);
                kernel.join(victim);
                assertEquals(exits.get() == 0 ? 9 : 5 << 8, victim.exitCode());
            }
        }
    }

    @Test
    void processKilledBeforeItsFirstTurn_runsNothing() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            AtomicInteger ran = new AtomicInteger();
            UserProcess victim =
                    kernel.call(() -> {
                        UserProcess made = kernel.spawn("victim", self -> ran.incrementAndGet());
                        made.signal(UserProcess.SIGKILL);
                        return made;
                    });
            kernel.join(victim);
            assertEquals(UserProcess.SIGKILL, victim.exitCode());
            assertEquals(0, ran.get());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void processThatWrapsItsEnd_hasNotFailed(boolean simulated) {
        KernelConfig config = simulated ? KernelConfig.simulated(1) : KernelConfig.parallel();
        for (boolean off : new boolean[] {true, false}) {
            VirtualKernel kernel = VirtualKernel.boot(config);
            Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
            UserProcess wrapper =
                    kernel.spawn(
                            "wrapper",
                            self -> {
                                try {
                                    kernel.run(never::awaitInterruptible);
                                } catch (Throwable thrown) {
                                    throw new IllegalStateException("wrapped", thrown);
                                }
                            });
            kernel.runFor(Duration.ofMillis(2));
            if (off) {
                kernel.powerOff();
            }
            kernel.close();
            assertNull(wrapper.failure());
            assertEquals(List.of(), kernel.reports());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void failureOfOne_isToldAndTheOthersGoOn(boolean simulated) {
        KernelConfig config = simulated ? KernelConfig.simulated(1) : KernelConfig.parallel();
        VirtualKernel kernel = VirtualKernel.boot(config);
        AtomicInteger rounds = new AtomicInteger();
        UserProcess bad =
                kernel.spawn(
                        "bad",
                        self -> {
                            throw new UnsupportedOperationException("mine");
                        });
        UserProcess good =
                kernel.spawn(
                        "good",
                        self -> {
                            for (int i = 0; i < 20; i++) {
                                self.sleep(Duration.ofMillis(1));
                                rounds.incrementAndGet();
                            }
                        });
        assertThrows(KernelFailedException.class, () -> kernel.join(bad));
        assertThrows(KernelFailedException.class, () -> kernel.join(good));
        assertEquals(20, rounds.get());
        assertThrows(KernelFailedException.class, kernel::close);
        assertEquals(List.of(), kernel.reports());
    }

    @Test
    void signalsOnTheParallelMachine_noKillIsLost() {
        for (int round = 0; round < 300; round++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
                AtomicInteger ready = new AtomicInteger();
                List<UserProcess> victims = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    victims.add(
                            kernel.spawn(
                                    "victim",
                                    self -> {
                                        self.handle(UserProcess.SIGUSR1, () -> {});
                                        ready.incrementAndGet();
                                        for (; ; ) {
                                            kernel.run(() -> {});
                                        }
                                    }));
                }
                while (ready.get() < 2) {
                    Thread.onSpinWait();
                }
                for (int i = 0; i < 50; i++) {
                    victims.forEach(victim -> kernel.kill(victim, UserProcess.SIGUSR1));
                }
                victims.forEach(victim -> kernel.kill(victim, UserProcess.SIGKILL));
                victims.forEach(kernel::join);
            }
        }
    }
}
