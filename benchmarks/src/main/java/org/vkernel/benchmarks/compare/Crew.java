package org.vkernel.benchmarks.compare;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
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
                    Thread.ofPlatform().daemon(),
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

    /**
     * Runs these on threads of their own, and throws what one of them throws, at once: the others
     * may wait for it for ever.
     */
    static void runThreads(Thread.Builder builder, List<Runnable> bodies) {
        CompletableFuture<?> end = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(bodies.size());
        for (Runnable body : bodies) {
            var _ =
                    builder.start(() -> {
                        try {
                            body.run();
                            if (left.decrementAndGet() == 0) {
                                end.complete(null);
                            }
                        } catch (Throwable failed) {
                            end.completeExceptionally(failed);
                        }
                    });
        }
        try {
            end.join();
        } catch (CompletionException failed) {
            throw new IllegalStateException("a thread of the workload failed", failed.getCause());
        }
    }
}
