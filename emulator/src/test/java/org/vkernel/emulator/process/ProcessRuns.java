package org.vkernel.emulator.process;

import java.util.List;
import java.util.function.Consumer;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;

/** Runs of processes for tests, and what observers are told of them. */
final class ProcessRuns {
    private ProcessRuns() {}

    /** What a process of pid 2, a child of init, does; what is told. */
    static List<String> told(ProcessBody life) {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).cpus(1))) {
            EventLog log = new EventLog();
            kernel.processTable().register(log);
            kernel.join(kernel.spawn("p", life));
            return log.lines;
        }
    }

    /** The same on both machines, and under many schedules. */
    static void everywhere(Consumer<VirtualKernel> test) {
        for (int seed = 0; seed < 100; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                test.accept(kernel);
                kernel.run(kernel.processTable()::checkInvariants);
            }
        }
        for (int round = 0; round < 20; round++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
                test.accept(kernel);
            }
        }
    }
}
