package org.vkernel.benchmarks.compare;

import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;

/** Boots the kernels that are measured. */
final class Kernels {
    /** A benchmark does much at one instant, and never sleeps. */
    private static final KernelConfig SIMULATED =
            KernelConfig.simulated(1)
                    .cpus(1)
                    .instantPoints(Long.MAX_VALUE / 2)
                    .lockupPoints(Integer.MAX_VALUE);

    private Kernels() {}

    /** A kernel with the connector, and without checks, on the column's machine. */
    static VirtualKernel boot(Column column) {
        return boot(column == Column.SIMULATED ? SIMULATED : KernelConfig.parallel());
    }

    /** A kernel with the connector, and without checks. */
    static VirtualKernel boot(KernelConfig config) {
        VirtualKernel kernel = VirtualKernel.boot(config.checks(Check.NONE));
        kernel.insmod(ConnectorModule.class);
        return kernel;
    }
}
