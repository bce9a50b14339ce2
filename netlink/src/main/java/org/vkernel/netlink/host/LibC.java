package org.vkernel.netlink.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The functions of the C library that are called. Each returns what the function did, or the
 * negative errno; {@code state} is memory of {@link #STATE_BYTES} bytes for catching it.
 */
@SuppressWarnings("restricted") // the only class that calls what Java does not know
final class LibC {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    /** What {@code state} holds: errno at offset 0. */
    static final long STATE_BYTES = Linker.Option.captureStateLayout().byteSize();

    private static final MethodHandle SOCKET = ints("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = ints("close", JAVA_INT);
    private static final MethodHandle BIND = ints("bind", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CONNECT = ints("connect", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETSOCKNAME = ints("getsockname", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GETPEERNAME = ints("getpeername", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SENDMSG = longs("sendmsg", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle RECVMSG = longs("recvmsg", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            ints("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            ints("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle PPOLL = ints("ppoll", ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle LISTEN = ints("listen", JAVA_INT, JAVA_INT);
    private static final MethodHandle ACCEPT = ints("accept", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SHUTDOWN = ints("shutdown", JAVA_INT, JAVA_INT);
    private static final MethodHandle UNSHARE = ints("unshare", JAVA_INT);
    private static final MethodHandle SIGACTION = ints("sigaction", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle IOCTL =
            handle(
                    "ioctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SYSCALL =
            handle(
                    "syscall",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1));

    private LibC() {}

    private static MethodHandle ints(String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(JAVA_INT, arguments));
    }

    private static MethodHandle longs(String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(JAVA_LONG, arguments));
    }

    private static MethodHandle handle(
            String name, FunctionDescriptor type, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 1, options.length);
        all[0] = CAPTURE;
        return LINKER.downcallHandle(SYMBOLS.findOrThrow(name), type, all);
    }

    /** The address of a function, to be handed to another. */
    static MemorySegment address(String name) {
        return SYMBOLS.findOrThrow(name);
    }

    private static int result(MemorySegment state, long returned) {
        return returned < 0 ? -state.get(JAVA_INT, 0) : (int) returned;
    }

    /** What a handle threw: these declare no exceptions, so that it is the JVM's own. */
    private static Error unexpected(Throwable thrown) {
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        return new AssertionError("a C function threw", thrown);
    }

    // ---- Sockets ----------------------------------------------------------------------------

    static int socket(MemorySegment state, int domain, int type, int protocol) {
        try {
            return result(state, (int) SOCKET.invokeExact(state, domain, type, protocol));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int close(MemorySegment state, int fd) {
        try {
            return result(state, (int) CLOSE.invokeExact(state, fd));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int bind(MemorySegment state, int fd, MemorySegment address, int length) {
        try {
            return result(state, (int) BIND.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int connect(MemorySegment state, int fd, MemorySegment address, int length) {
        try {
            return result(state, (int) CONNECT.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int getsockname(
            MemorySegment state, int fd, MemorySegment address, MemorySegment length) {
        try {
            return result(state, (int) GETSOCKNAME.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int getpeername(
            MemorySegment state, int fd, MemorySegment address, MemorySegment length) {
        try {
            return result(state, (int) GETPEERNAME.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int sendmsg(MemorySegment state, int fd, MemorySegment header, int flags) {
        try {
            return result(state, (long) SENDMSG.invokeExact(state, fd, header, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int recvmsg(MemorySegment state, int fd, MemorySegment header, int flags) {
        try {
            return result(state, (long) RECVMSG.invokeExact(state, fd, header, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int setsockopt(
            MemorySegment state, int fd, int level, int name, MemorySegment value, int length) {
        try {
            return result(
                    state, (int) SETSOCKOPT.invokeExact(state, fd, level, name, value, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int getsockopt(
            MemorySegment state,
            int fd,
            int level,
            int name,
            MemorySegment value,
            MemorySegment length) {
        try {
            return result(
                    state, (int) GETSOCKOPT.invokeExact(state, fd, level, name, value, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int ppoll(MemorySegment state, MemorySegment fds, long count, MemorySegment timeout) {
        try {
            return result(
                    state, (int) PPOLL.invokeExact(state, fds, count, timeout, MemorySegment.NULL));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int ioctl(MemorySegment state, int fd, long request, MemorySegment argument) {
        try {
            return result(state, (int) IOCTL.invokeExact(state, fd, request, argument));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int listen(MemorySegment state, int fd, int backlog) {
        try {
            return result(state, (int) LISTEN.invokeExact(state, fd, backlog));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int accept(MemorySegment state, int fd) {
        try {
            return result(
                    state,
                    (int) ACCEPT.invokeExact(state, fd, MemorySegment.NULL, MemorySegment.NULL));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int shutdown(MemorySegment state, int fd, int how) {
        try {
            return result(state, (int) SHUTDOWN.invokeExact(state, fd, how));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    // ---- Threads ----------------------------------------------------------------------------

    static int unshare(MemorySegment state, int flags) {
        try {
            return result(state, (int) UNSHARE.invokeExact(state, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int sigaction(MemorySegment state, int signal, MemorySegment action) {
        try {
            return result(
                    state, (int) SIGACTION.invokeExact(state, signal, action, MemorySegment.NULL));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A system call by number, for what the library would do to all threads of the process. */
    static int syscall(MemorySegment state, long number, long first, long second, long third) {
        try {
            return result(state, (long) SYSCALL.invokeExact(state, number, first, second, third));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }
}
