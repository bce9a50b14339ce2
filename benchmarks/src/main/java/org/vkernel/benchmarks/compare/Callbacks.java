package org.vkernel.benchmarks.compare;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.wire.CbId;
import org.vkernel.emulator.VirtualKernel;

/**
 * A callback is registered with the connector and taken off again, beside others.
 *
 * @param others how many there are
 */
record Callbacks(int others) implements Workload {
    private static final int IDX = 0x7001;

    @Override
    public String name() {
        return "callback on and off beside " + others;
    }

    @Override
    public @Nullable Contender prepare(Column column) {
        return column == Column.HOST || column == Column.FLOOR ? null : new InKernel().on(column);
    }

    /** It alone, on the parallel machine. */
    Contender onParallel() {
        return new InKernel().on(Column.PARALLEL);
    }

    private final class InKernel implements KernelLoop {
        @Override
        public Loop open(VirtualKernel kernel) {
            Connector connector = kernel.use(Connector.class);
            for (int i = 0; i < others; i++) {
                add(connector, CbId.of(IDX, i));
            }
            CbId id = CbId.of(IDX + 1, 0);
            return operations -> {
                for (long i = 0; i < operations; i++) {
                    add(connector, id);
                    connector.delCallback(id);
                }
            };
        }

        @Override
        public void close(VirtualKernel kernel) {
            Connector connector = kernel.use(Connector.class);
            for (int i = 0; i < others; i++) {
                connector.delCallback(CbId.of(IDX, i));
            }
        }

        private static void add(Connector connector, CbId id) {
            Sockets.expect(connector.addCallback(id, "bench", (message, sender) -> {}), 0);
        }
    }
}
