package org.vkernel.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.netlink.host.HostNetlink;
import org.vkernel.netlink.host.HostUnavailableException;

/** Runs several threads of control at once, each a process of some kernel, and waits for them. */
interface Crew extends AutoCloseable {
    /** One of them. */
    @FunctionalInterface
    interface Member {
        void run(SocketLoop.Opener opener);
    }

    /** Starts them all, and returns when all have ended. */
    void run(List<Member> members);

    @Override
    void close();

    /** A crew in a column that has a kernel. */
    static Crew on(Column column) throws HostUnavailableException {
        return switch (column) {
            case PARALLEL, SIMULATED -> new InKernel(Kernels.boot(column));
            case HOST -> new OnHost();
            case FLOOR -> throw new IllegalArgumentException("the floor has no kernel");
        };
    }

    /** Processes of a kernel of vkernel's. */
    final class InKernel implements Crew {
        private final VirtualKernel kernel;

        InKernel(VirtualKernel kernel) {
            this.kernel = kernel;
        }

        @Override
        public void run(List<Member> members) {
            members.stream()
                    .map(member ->
                            kernel.spawn(
                                    "bench",
                                    process ->
                                            member.run(
                                                    protocol -> Sockets.open(process, protocol))))
                    .toList()
                    .forEach(kernel::join);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }

    /** Platform threads of this process: calls of the host's that block, block those. */
    final class OnHost implements Crew {
        private final HostNetlink provider;

        OnHost() throws HostUnavailableException {
            provider = HostNetlink.open();
        }

        @Override
        public void run(List<Member> members) {
            runThreads(
                    Thread.ofPlatform(),
                    members.stream()
                            .<Runnable>map(member ->
                                    () -> member.run(protocol -> Sockets.open(provider, protocol)))
                            .toList());
        }

        @Override
        public void close() {
            provider.close();
        }
    }

    /** Runs these on threads of their own, and throws what one of them throws. */
    static void runThreads(Thread.Builder builder, List<Runnable> bodies) {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (Runnable body : bodies) {
            threads.add(
                    builder.start(() -> {
                        try {
                            body.run();
                        } catch (Throwable failed) {
                            thrown.compareAndSet(null, failed);
                        }
                    }));
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Throwable failed = thrown.get();
        if (failed != null) {
            throw new IllegalStateException("a thread of the workload failed", failed);
        }
    }
}
