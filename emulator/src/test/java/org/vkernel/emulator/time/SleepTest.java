package org.vkernel.emulator.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.TaskState;

class SleepTest {
    private static final KernelConfig CONFIG = KernelConfig.simulated(7).hz(100);

    @Test
    void runFor_emptyKernel_passesExactlyThatTime() {
        try (VirtualKernel kernel = VirtualKernel.boot(CONFIG)) {
            kernel.runFor(Duration.ofNanos(12_345_678_901L));
            assertEquals(12_345_678_901L, kernel.clock().ns());
        }
    }

    @Test
    void runFor_processFailed_throwsItsFailure() {
        VirtualKernel kernel = VirtualKernel.boot(CONFIG);
        kernel.spawn(
                "bad",
                process -> {
                    throw new IllegalArgumentException("on purpose");
                });
        KernelFailedException e =
                assertThrows(
                        KernelFailedException.class, () -> kernel.runFor(Duration.ofSeconds(1)));
        assertTrue(String.valueOf(e.getCause()).contains("on purpose"), e.toString());
        kernel.shutdown();
    }

    @Test
    void sleep_processes_wakeInTheOrderOfTheirDeadlines() {
        for (int seed = 0; seed < 50; seed++) {
            List<String> woken = new ArrayList<>();
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed).cpus(3))) {
                for (int millis : new int[] {30, 10, 20}) {
                    kernel.spawn(
                            "p" + millis,
                            process -> {
                                process.sleep(Duration.ofMillis(millis));
                                woken.add(millis + "@" + kernel.clock().ns());
                            });
                }
                kernel.runFor(Duration.ofSeconds(1));
            }
            assertEquals(List.of("10@10000000", "20@20000000", "30@30000000"), woken);
        }
    }

    @Test
    void sleep_handledSignal_endsItWithEintr() {
        try (VirtualKernel kernel = VirtualKernel.boot(CONFIG)) {
            List<Object> seen = new ArrayList<>();
            UserProcess sleeper =
                    kernel.spawn(
                            "sleeper",
                            process -> {
                                process.handle(UserProcess.SIGUSR1, () -> seen.add("handler"));
                                ErrnoException e =
                                        assertThrows(
                                                ErrnoException.class,
                                                () -> process.sleep(Duration.ofSeconds(10)));
                                seen.add(e.errno());
                                seen.add(kernel.clock().ns());
                            });
            kernel.runFor(Duration.ofSeconds(3));
            kernel.kill(sleeper, UserProcess.SIGUSR1);
            kernel.join(sleeper);
            assertEquals(List.of("handler", Errno.EINTR, 3_000_000_000L), seen);
        }
    }

    @Test
    void sleep_killed_processDies() {
        try (VirtualKernel kernel = VirtualKernel.boot(CONFIG)) {
            UserProcess sleeper =
                    kernel.spawn("sleeper", process -> process.sleep(Duration.ofHours(1)));
            kernel.runFor(Duration.ofSeconds(1));
            kernel.kill(sleeper, UserProcess.SIGKILL);
            kernel.join(sleeper);
            assertEquals(UserProcess.SIGKILL, sleeper.exitCode());
            assertEquals(1_000_000_000L, kernel.clock().ns());
        }
    }

    @Test
    void sleepUntil_pastDeadline_returnsAtOnce() {
        try (VirtualKernel kernel = VirtualKernel.boot(CONFIG)) {
            kernel.runFor(Duration.ofSeconds(1));
            assertEquals(
                    0,
                    kernel.<Integer>call(
                            () -> kernel.hrTimers().sleepUntil(5, TaskState.INTERRUPTIBLE)));
            assertEquals(1_000_000_000L, kernel.clock().ns());
        }
    }

    @Test
    void scheduleTimeout_nobodyWakes_returnsZeroOneTickLate() {
        try (VirtualKernel kernel = VirtualKernel.boot(CONFIG)) {
            assertEquals(
                    0L, kernel.<Long>call(() -> kernel.timers().scheduleTimeoutUninterruptible(5)));
            assertEquals(60_000_000L, kernel.clock().ns());
        }
    }

    @Test
    void scheduleTimeout_signal_returnsTheTicksLeft() {
        try (VirtualKernel kernel = VirtualKernel.boot(CONFIG)) {
            List<Long> left = new ArrayList<>();
            UserProcess sleeper =
                    kernel.spawn(
                            "sleeper",
                            process -> {
                                process.handle(UserProcess.SIGUSR1, () -> {});
                                left.add(
                                        kernel.call(() ->
                                                kernel.timers().scheduleTimeoutInterruptible(100)));
                            });
            kernel.runFor(Duration.ofMillis(300));
            kernel.kill(sleeper, UserProcess.SIGUSR1);
            kernel.join(sleeper);
            assertEquals(List.of(70L), left);
            assertEquals(0, kernel.timers().pendingCount());
        }
    }

    @Test
    void msleep_anyTime_sleepsAtLeastThatLong() {
        try (VirtualKernel kernel = VirtualKernel.boot(CONFIG)) {
            kernel.run(() -> kernel.timers().msleep(15));
            assertEquals(40_000_000L, kernel.clock().ns(), "2 ticks, 1 more, 1 for rounding up");
        }
    }

    @Test
    void hrTimer_periodic_firesAtExactMultiples() {
        try (VirtualKernel kernel = VirtualKernel.boot(CONFIG)) {
            List<Long> fired = new ArrayList<>();
            HrTimer timer =
                    new HrTimer(
                            kernel.hrTimers(),
                            "periodic",
                            t -> {
                                assertTrue(kernel.sched().inHardirq());
                                fired.add(kernel.clock().ns());
                                assertEquals(1, t.forward(333));
                                return true;
                            });
            kernel.run(() -> timer.start(333));
            kernel.runFor(Duration.ofNanos(1000));
            assertEquals(List.of(333L, 666L, 999L), fired);
            assertEquals(1, kernel.<Integer>call(timer::cancel));
            assertEquals(0, kernel.<Integer>call(timer::tryCancel));
        }
    }

    @Test
    void hrTimer_cancelFromItsOwnFunction_isReported() {
        VirtualKernel kernel = VirtualKernel.boot(CONFIG);
        HrTimer timer =
                new HrTimer(
                        kernel.hrTimers(),
                        "t",
                        t -> {
                            t.cancel();
                            return false;
                        });
        kernel.run(() -> timer.start(1));
        KernelFailedException e =
                assertThrows(
                        KernelFailedException.class, () -> kernel.runFor(Duration.ofSeconds(1)));
        assertTrue(e.getMessage().contains("from its own function"), e.getMessage());
        kernel.shutdown();
    }

    @Test
    void hrTimer_sameDeadline_fireInTheOrderOfArming() {
        try (VirtualKernel kernel = VirtualKernel.boot(CONFIG.cpus(1))) {
            List<String> fired = new ArrayList<>();
            kernel.run(() -> {
                for (String name : List.of("a", "b", "c")) {
                    new HrTimer(
                                    kernel.hrTimers(),
                                    name,
                                    t -> {
                                        fired.add(t.name());
                                        return false;
                                    })
                            .start(50);
                }
            });
            kernel.runFor(Duration.ofMillis(1));
            assertEquals(List.of("a", "b", "c"), fired);
        }
    }
}
