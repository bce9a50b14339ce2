package org.vkernel.netlink.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.user.NetlinkProvider;

/** The host's kernel: the process is this JVM, in a namespace of its own. */
final class TwinHost implements TwinKernel {
    /** A real-time signal that the JVM does not use. */
    private static final int SIGNAL = 44;

    // struct sigaction of the C library.
    private static final int SIGACTION_SIZE = 152;
    private static final int SA_HANDLER = 0;

    @Override
    public void run(Body body) throws Exception {
        try (HostThread thread = HostThread.start(0, HostThread.Namespace.OWN);
                HostNetlink host = HostNetlink.open()) {
            handleSignal();
            HostThread.await(
                    thread.submit(() -> {
                        body.run(new HostProcess(host));
                        return (@Nullable Void) null;
                    }));
        }
    }

    /** Handled by a function that does nothing with its number: calls end, and nothing else. */
    private static void handleSignal() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(LibC.STATE_BYTES, JAVA_LONG.byteAlignment());
            MemorySegment action = arena.allocate(SIGACTION_SIZE, JAVA_LONG.byteAlignment());
            action.set(ADDRESS, SA_HANDLER, LibC.address("abs"));
            assertEquals(0, LibC.sigaction(state, SIGNAL, action));
        }
    }

    @Override
    public String toString() {
        return "host";
    }

    /** A platform thread, which shares its maker's namespace. */
    private record HostTwinThread(int tid, CompletableFuture<Integer> result)
            implements TwinThread {
        @Override
        public int join() {
            return result.join();
        }
    }

    private record HostProcess(HostNetlink host) implements TwinProcess {
        @Override
        public NetlinkProvider provider() {
            return host;
        }

        @Override
        public TwinThread start(IntSupplier call) {
            CompletableFuture<Integer> tid = new CompletableFuture<>();
            CompletableFuture<Integer> result = new CompletableFuture<>();
            var _ =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                tid.complete(HostThread.currentTid());
                                result.complete(call.getAsInt());
                            });
            return new HostTwinThread(tid.join(), result);
        }

        /** The kernel shows which call a thread sleeps in, with its first argument. */
        @Override
        public void awaitBlocked(TwinThread thread) {
            Path file = Path.of("/proc/self/task/" + ((HostTwinThread) thread).tid() + "/syscall");
            try {
                while (!Files.readString(file).matches("(46|47|271|211|212|73) .*\\s*")) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void interrupt(TwinThread thread) {
            SyscallNumbers numbers = Objects.requireNonNull(SyscallNumbers.ofThisMachine());
            int tid = ((HostTwinThread) thread).tid();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(LibC.STATE_BYTES, JAVA_LONG.byteAlignment());
                int tgkill = numbers.tgkill();
                assertEquals(0, LibC.syscall(state, tgkill, HostKernel.tgid(), tid, SIGNAL));
            }
        }
    }
}
