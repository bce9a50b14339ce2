package org.vkernel.netlink.host;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;

/**
 * A platform thread of the JVM with a user and a network namespace of its own: what stands in for a
 * process on the host. Its threads ({@link Thread#start} within it) share both.
 *
 * <p>The user is set by raw system calls, which are per thread; the C library's functions would
 * change all threads of the JVM.
 */
public final class HostThread implements AutoCloseable {
    /** Where the thread's sockets live. */
    public enum Namespace {
        /** A private one, which ends with the thread. */
        OWN,
        /** The JVM's, where the connector is. */
        OF_THE_JVM
    }

    private static final int CLONE_NEWNET = 0x40000000;

    private final ExecutorService executor;

    private HostThread(ExecutorService executor) {
        this.executor = executor;
    }

    /**
     * Starts a thread.
     *
     * @param uid its user and group id; 0: those of the JVM stay
     * @throws HostUnavailableException if the host does not permit it
     */
    public static HostThread start(int uid, Namespace namespace) throws HostUnavailableException {
        HostKernel.require();
        CompletableFuture<@Nullable String> ready = new CompletableFuture<>();
        ExecutorService executor =
                Executors.newSingleThreadExecutor(body -> {
                    Runnable run =
                            () -> {
                                ready.complete(setUp(uid, namespace));
                                body.run();
                            };
                    return Thread.ofPlatform().name("vkernel-host").daemon().unstarted(run);
                });
        HostThread thread = new HostThread(executor);
        var _ = executor.submit(() -> {});
        String refused = ready.join();
        if (refused != null) {
            thread.close();
            throw new HostUnavailableException(refused);
        }
        return thread;
    }

    private static @Nullable String setUp(int uid, Namespace namespace) {
        SyscallNumbers numbers = SyscallNumbers.ofThisMachine();
        if (numbers == null) {
            return "its system calls are not known";
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(LibC.STATE_BYTES, JAVA_LONG.byteAlignment());
            if (namespace == Namespace.OWN) {
                int result = LibC.unshare(state, CLONE_NEWNET);
                if (result < 0) {
                    return refused("unshare(CLONE_NEWNET)", result, "CAP_SYS_ADMIN");
                }
            }
            if (uid != 0) {
                int result = LibC.syscall(state, numbers.setgroups(), 0, 0, 0);
                if (result == 0) {
                    result = LibC.syscall(state, numbers.setresgid(), uid, uid, uid);
                }
                if (result == 0) {
                    result = LibC.syscall(state, numbers.setresuid(), uid, uid, uid);
                }
                if (result < 0) {
                    return refused("becoming user " + uid, result, "CAP_SETUID and CAP_SETGID");
                }
            }
            return null;
        }
    }

    private static String refused(String what, int result, String needed) {
        return what + " is " + Errno.name(result) + ": it needs " + needed;
    }

    /** The thread's id, as the kernel counts. To be called by that thread. */
    public static int currentTid() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(LibC.STATE_BYTES, JAVA_LONG.byteAlignment());
            SyscallNumbers numbers = SyscallNumbers.ofThisMachine();
            return numbers == null ? 0 : LibC.syscall(state, numbers.gettid(), 0, 0, 0);
        }
    }

    /** Begins {@code body} on the thread. */
    public <T extends @Nullable Object> Future<T> submit(Callable<T> body) {
        return executor.submit(body);
    }

    /** Runs {@code body} on the thread, and waits for it. */
    public <T extends @Nullable Object> T call(Callable<T> body) {
        try {
            return await(submit(body));
        } catch (HostUnavailableException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for what was begun. */
    static <T extends @Nullable Object> T await(Future<T> begun) throws HostUnavailableException {
        try {
            return begun.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException thrown) {
                throw thrown;
            }
            if (cause instanceof Error thrown) {
                throw thrown;
            }
            if (cause instanceof HostUnavailableException refused) {
                throw refused;
            }
            throw new IllegalStateException(cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a host thread works", e);
        }
    }

    /** Ends it after what it has begun. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
