package org.vkernel.emulator.workqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.Consumer;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.shared.SharedInt;

/** Runs of works for tests, under many schedules. */
final class WorkqueueRuns {
    private static final int SCHEDULES = 200;
    static final int MILLI = 1_000_000;

    private WorkqueueRuns() {}

    static void inEverySchedule(int cpus, Consumer<VirtualKernel> body) {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel =
                    VirtualKernel.boot(KernelConfig.simulated(seed).cpus(cpus))) {
                body.accept(kernel);
            }
        }
    }

    static void sleep(VirtualKernel kernel, int millis) {
        int result = kernel.hrTimers().sleep((long) millis * MILLI, TaskState.UNINTERRUPTIBLE);
        assertEquals(0, result);
    }

    /** A function that notes when it is inside and asserts that it is so once at a time. */
    static Work.Function exclusive(SharedInt inside, Runnable body) {
        return w -> {
            assertEquals(0, inside.getOnce());
            inside.setOnce(1);
            body.run();
            inside.setOnce(0);
        };
    }
}
