package org.vkernel.emulator.kthread;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;

/** Kernel threads, under many schedules where the order matters. */
class KthreadSimTest {
    private static final int SCHEDULES = 300;

    /** Sleeps until told to stop, by the rule of the class comment of {@link Kthread}. */
    private static int sleepUntilStopped(VirtualKernel kernel, Kthread self) {
        Task task = kernel.sched().current();
        task.setState(TaskState.INTERRUPTIBLE);
        while (!self.shouldStop()) {
            kernel.sched().schedule();
            task.setState(TaskState.INTERRUPTIBLE);
        }
        task.setState(TaskState.RUNNING);
        return 7;
    }

    private static Kthread start(VirtualKernel kernel, String name, Kthread.Body body) {
        return Objects.requireNonNull(kernel.kthreads().run(name, body));
    }

    @Test
    void stop_atAnyTime_isNotMissedAndGivesTheResult() {
        Set<Integer> results = new HashSet<>();
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel =
                    VirtualKernel.boot(KernelConfig.simulated(seed).cpus(1 + seed % 3))) {
                kernel.run(() -> {
                    Kthread thread =
                            start(kernel, "sleeper", self -> sleepUntilStopped(kernel, self));
                    results.add(thread.stop());
                });
            }
        }
        assertEquals(Set.of(7, -Errno.EINTR), results, "-EINTR: stopped before it began");
    }

    @Test
    void stop_endedAlready_givesTheResultEachTime() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            Kthread thread = kernel.call(() -> start(kernel, "short", self -> 3));
            kernel.runFor(Duration.ofMillis(1));
            assertTrue(thread.task().isDead());
            assertEquals(3, kernel.<Integer>call(thread::stop));
            assertEquals(3, kernel.<Integer>call(thread::stop));
        }
    }

    @Test
    void runOn_cpu_staysThere() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed).cpus(3))) {
                AtomicInteger steps = new AtomicInteger();
                kernel.run(() ->
                        kernel.kthreads()
                                .runOn(
                                        2,
                                        "pinned",
                                        self -> {
                                            for (int i = 0; i < 5; i++) {
                                                assertEquals(2, kernel.sched().thisCpu().index());
                                                kernel.timers().msleep(1);
                                                steps.incrementAndGet();
                                            }
                                            return 0;
                                        }));
                kernel.runFor(Duration.ofSeconds(1));
                assertEquals(5, steps.get());
            }
        }
    }

    @Test
    void stop_threadThatDoesNotListen_isADeadlock() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        Kthread thread =
                kernel.call(() ->
                        start(
                                kernel,
                                "deaf",
                                self -> {
                                    for (; ; ) {
                                        kernel.sched()
                                                .current()
                                                .setState(TaskState.UNINTERRUPTIBLE);
                                        kernel.sched().schedule();
                                    }
                                }));
        kernel.runFor(Duration.ofMillis(1));
        KernelFailedException e =
                assertThrows(KernelFailedException.class, () -> kernel.run(thread::stop));
        assertTrue(
                e.getMessage().contains("waits for the end of kernel thread deaf"), e.getMessage());
        kernel.shutdown();
    }

    @Test
    void parallelMachine_manyThreads_allAreStopped() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
            for (int i = 0; i < 200; i++) {
                kernel.run(() -> {
                    Kthread thread =
                            start(kernel, "sleeper", self -> sleepUntilStopped(kernel, self));
                    int result = thread.stop();
                    assertTrue(result == 7 || result == -Errno.EINTR, "result " + result);
                });
            }
        }
    }
}
