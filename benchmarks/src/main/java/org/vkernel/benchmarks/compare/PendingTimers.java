package org.vkernel.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.time.Timer;

/**
 * A pending timer is moved, beside others.
 *
 * @param others how many there are
 */
record PendingTimers(int others) implements Workload {
    private static final long SOON = 1_000_000;

    @Override
    public String name() {
        return "timer moved beside " + others;
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
        private final List<Timer> timers = new ArrayList<>();

        @Override
        public Loop open(VirtualKernel kernel) {
            long soon = kernel.clock().jiffies() + SOON;
            for (int i = 0; i <= others; i++) {
                Timer timer = new Timer(kernel.timers(), "bench", expired -> {});
                timers.add(timer);
                var _ = timer.mod(soon + i);
            }
            Timer last = timers.getLast();
            return operations -> {
                for (long i = 0; i < operations; i++) {
                    // Far enough apart that it changes its bucket each time.
                    var _ = last.mod(soon + ((i & 1) + 1) * SOON);
                }
            };
        }

        @Override
        public void close(VirtualKernel kernel) {
            for (Timer timer : timers) {
                var _ = timer.delSync();
            }
        }
    }
}
