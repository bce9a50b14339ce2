package org.vkernel.benchmarks.compare;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;

/** A kernel is booted, loads the connector, and is shut down. */
record BootAndShutdown() implements Workload {
    @Override
    public String name() {
        return "boot and shutdown";
    }

    @Override
    public @Nullable Contender prepare(Column column) {
        return switch (column) {
            case PARALLEL -> contender(KernelConfig.parallel());
            case SIMULATED -> contender(KernelConfig.simulated(1));
            case HOST, FLOOR -> null;
        };
    }

    private static Contender contender(KernelConfig config) {
        KernelConfig unchecked = config.cpus(2).checks(Check.NONE);
        return new OnVirtualThread(
                Contender.of(operations -> {
                    for (long i = 0; i < operations; i++) {
                        try (VirtualKernel kernel = VirtualKernel.boot(unchecked)) {
                            kernel.insmod(ConnectorModule.class);
                        }
                    }
                }));
    }
}
