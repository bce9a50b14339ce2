package org.vkernel.netlink.host;

import static com.google.common.base.Preconditions.checkArgument;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.core.OptionValue;
import org.vkernel.netlink.user.NetlinkProvider;
import org.vkernel.netlink.wire.ControlBuffer;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * System calls on netlink sockets of the host's kernel.
 *
 * <p>It knows no descriptors but those of the sockets that it opened; others are {@code -EBADF}.
 * Messages are sent on NETLINK_USERSOCK and NETLINK_CONNECTOR only. What a socket's LISTEN did to
 * the kernel's count of listeners to process events is taken back when the socket is closed, or
 * when the provider is ({@link #leaveListenersToTheEnd}).
 *
 * <p>Several threads may use it; a call that blocks blocks its platform thread. Calls are made by
 * the calling thread, as its user and in its network namespace: see {@link HostThread}.
 */
public final class HostNetlink implements NetlinkProvider, AutoCloseable {
    /** The greatest value of an option that is fetched. */
    private static final int OPTION_MAX = 1 << 16;

    /** An operation on process events that means nothing, but is remembered. */
    private static final int UNDEFINED_OPERATION = 99;

    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_REVENTS = 6;
    private static final int TIMESPEC = 8;

    // struct sock_fprog, behind its one struct sock_filter.
    private static final int SOCK_FPROG = 8;
    private static final int SOCK_FPROG_SIZE = 16;
    private static final int FPROG_FILTER = SOCK_FPROG + 8;
    private static final short BPF_RET_K = 0x06;
    private static final int FILTER_K = 4;

    private final Object lock = new Object();

    /** By descriptor; replaced, never changed. */
    private volatile @Nullable HostSocket[] sockets = {};

    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();
    private volatile boolean listenersLeft;

    /** What sockets that were closed have left in the kernel's count of listeners. */
    @GuardedBy("lock")
    private int leftBehind;

    /** Those of closed sockets, for new ones. */
    @GuardedBy("lock")
    private final ArrayDeque<CallBuffers> spare = new ArrayDeque<>();

    private HostNetlink() {}

    /**
     * A provider without sockets.
     *
     * @throws HostUnavailableException if the host has no netlink sockets, or none for this JVM
     */
    public static HostNetlink open() throws HostUnavailableException {
        HostKernel.require();
        return new HostNetlink();
    }

    /** How many requests the kernel has acknowledged if nobody else listens. */
    int acknowledged() {
        return acknowledged.get();
    }

    /** By how much closing the sockets now would leave the kernel's count of listeners. */
    int listenersLeft() {
        int left;
        synchronized (lock) {
            left = leftBehind;
        }
        for (HostSocket socket : sockets) {
            left += socket == null ? 0 : socket.listener().counted();
        }
        return left;
    }

    /**
     * Makes {@link #close(int)} leave the kernel's count of listeners as closing a socket does;
     * {@link #close()} takes all of it back.
     */
    public void leaveListenersToTheEnd() {
        listenersLeft = true;
    }

    /** Closes all sockets, and takes back what they did to the kernel's count of listeners. */
    @Override
    public void close() {
        for (HostSocket socket : sockets) {
            if (socket != null) {
                var _ = close(socket.fd());
            }
        }
        synchronized (lock) {
            changeListeners(-leftBehind);
        }
    }

    /**
     * Makes the kernel's count of listeners to process events what it is without this provider's
     * sockets, which stay open: for who ends while they are in use. What is closed afterwards
     * counts as it should.
     */
    public void takeBackCounts() {
        synchronized (lock) {
            int counted = leftBehind;
            for (HostSocket socket : sockets) {
                counted += socket == null ? 0 : socket.listener().counted();
            }
            changeListeners(-counted);
        }
    }

    // ---- Descriptors ------------------------------------------------------------------------

    private @Nullable HostSocket find(int fd) {
        @Nullable HostSocket[] all = sockets;
        return fd >= 0 && fd < all.length ? all[fd] : null;
    }

    /** What an open socket asked of the process events. */
    ProcessEventListener listener(int fd) {
        HostSocket socket = find(fd);
        checkArgument(socket != null, "no socket with descriptor %s", fd);
        return socket.listener();
    }

    /** The open sockets: their places in the order of creation, by their inodes. */
    Map<Long, Integer> numbersByInode() {
        Map<Long, Integer> numbers = new LinkedHashMap<>();
        for (HostSocket socket : sockets) {
            if (socket != null) {
                numbers.put(inode(socket.fd()), socket.number());
            }
        }
        return numbers;
    }

    /** The number that {@code /proc} shows for a socket's inode. */
    private static long inode(int fd) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/thread-self/fd/" + fd)).toString();
            return Long.parseLong(target.substring("socket:[".length(), target.length() - 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(int fd, @Nullable HostSocket socket) {
        synchronized (lock) {
            @Nullable HostSocket[] all = Arrays.copyOf(sockets, Math.max(sockets.length, fd + 1));
            all[fd] = socket;
            sockets = all;
        }
    }

    private CallBuffers takeSpare() {
        synchronized (lock) {
            return spare.isEmpty() ? new CallBuffers() : spare.removeLast();
        }
    }

    private void giveSpare(CallBuffers buffers) {
        synchronized (lock) {
            spare.addLast(buffers);
        }
    }

    @Override
    public int socket(int type, int protocol) {
        CallBuffers buffers = takeSpare();
        int fd = LibC.socket(buffers.state, AddressFamily.AF_NETLINK, type, protocol);
        if (fd >= 0) {
            put(fd, new HostSocket(fd, protocol, opened.getAndIncrement(), buffers));
        } else {
            giveSpare(buffers);
        }
        return fd;
    }

    @Override
    public int close(int fd) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        if (!listenersLeft) {
            takeBack(socket);
        }
        // Before the descriptor can be another's.
        put(fd, null);
        CallBuffers buffers = socket.take();
        int result = LibC.close(buffers.state, fd);
        giveSpare(buffers);
        synchronized (lock) {
            leftBehind += socket.listener().counted();
        }
        return result;
    }

    private void takeBack(HostSocket socket) {
        if (socket.listener().counted() > 0) {
            tell(socket, ProcessEventListener.IGNORE);
        }
        changeListeners(-socket.listener().counted());
    }

    /** Changes the kernel's count by sockets that are closed without a word. */
    private void changeListeners(int by) {
        for (int i = 0; i < Math.abs(by); i++) {
            int fd = socket(SocketType.SOCK_RAW, NetlinkProtocol.NETLINK_CONNECTOR);
            HostSocket socket = find(fd);
            if (socket == null) {
                throw new IllegalStateException(
                        "a count of listeners is left behind: socket() is " + Errno.name(fd));
            }
            if (by > 0) {
                tell(socket, ProcessEventListener.LISTEN);
            } else {
                tell(socket, UNDEFINED_OPERATION);
                tell(socket, ProcessEventListener.IGNORE);
            }
            put(fd, null);
            CallBuffers buffers = socket.take();
            var _ = LibC.close(buffers.state, fd);
            giveSpare(buffers);
            synchronized (lock) {
                leftBehind += socket.listener().counted();
            }
        }
    }

    private void tell(HostSocket socket, int operation) {
        byte[] request = ProcessEventListener.request(operation);
        int result = send(socket.fd(), request, 0, request.length, 0, SockaddrNl.of(0, 0));
        if (result < 0) {
            throw new IllegalStateException(
                    "a count of listeners is left behind: sendmsg() is " + Errno.name(result));
        }
    }

    // ---- Names ------------------------------------------------------------------------------

    @Override
    public int bind(int fd, SockaddrNl address) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        int length = buffers.putName(address);
        int result = LibC.bind(buffers.state, fd, buffers.name, length);
        socket.give(buffers);
        return result;
    }

    @Override
    public int connect(int fd, SockaddrNl address) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        int length = buffers.putName(address);
        int result = LibC.connect(buffers.state, fd, buffers.name, length);
        socket.give(buffers);
        return result;
    }

    @Override
    public int getsockname(int fd, MsgHdr out) {
        return getName(fd, out, false);
    }

    @Override
    public int getpeername(int fd, MsgHdr out) {
        return getName(fd, out, true);
    }

    private int getName(int fd, MsgHdr out, boolean peer) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        buffers.putWord(0, (int) buffers.name.byteSize());
        int result =
                peer
                        ? LibC.getpeername(buffers.state, fd, buffers.name, buffers.small)
                        : LibC.getsockname(buffers.state, fd, buffers.name, buffers.small);
        if (result == 0) {
            out.setName(buffers.namePid(), buffers.nameGroups());
        }
        socket.give(buffers);
        return result;
    }

    // ---- Messages ---------------------------------------------------------------------------

    @Override
    public int send(
            int fd,
            byte[] data,
            int offset,
            int length,
            int flags,
            @Nullable SockaddrNl to,
            byte @Nullable [] control) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        requireHarmless(socket);
        int fault = fault(data, offset, length);
        if (fault != 0) {
            return fault;
        }
        CallBuffers buffers = socket.take();
        MemorySegment.copy(data, offset, buffers.data(length), JAVA_BYTE, 0, length);
        buffers.setMessage(length);
        if (to == null) {
            buffers.setNoName();
        } else {
            buffers.setName(buffers.putName(to));
        }
        if (control == null) {
            buffers.setControlRoom(0);
        } else {
            buffers.setControl(control);
        }
        int result = LibC.sendmsg(buffers.state, fd, buffers.header, flags);
        socket.give(buffers);
        if (result > 0
                && socket.protocol() == NetlinkProtocol.NETLINK_CONNECTOR
                && receiver(fd, to) == 0
                && socket.listener().sent(data, offset, length)
                && listenersLeft() > 0) {
            acknowledged.getAndIncrement();
        }
        return result;
    }

    /** What the kernel would say of memory that is not there; 0 if it is. */
    private static int fault(byte[] memory, int offset, int length) {
        if (length < 0) {
            return -Errno.EINVAL;
        }
        return offset < 0 || length > memory.length - offset ? -Errno.EFAULT : 0;
    }

    /** Other protocols configure the machine. */
    private static void requireHarmless(HostSocket socket) {
        int protocol = socket.protocol();
        if (protocol != NetlinkProtocol.NETLINK_USERSOCK
                && protocol != NetlinkProtocol.NETLINK_CONNECTOR) {
            throw new IllegalArgumentException(
                    "protocol "
                            + protocol
                            + ": on the host, messages are sent on NETLINK_USERSOCK and"
                            + " NETLINK_CONNECTOR only");
        }
    }

    private int receiver(int fd, @Nullable SockaddrNl to) {
        if (to != null && to.length() > 0) {
            return to.pid();
        }
        MsgHdr peer = new MsgHdr(null);
        var _ = getpeername(fd, peer);
        return peer.pid();
    }

    @Override
    public int receive(
            int fd, byte[] buffer, int offset, int length, int flags, @Nullable MsgHdr header) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        int fault = fault(buffer, offset, length);
        if (fault != 0) {
            return fault;
        }
        CallBuffers buffers = socket.take();
        MemorySegment data = buffers.data(length);
        buffers.setMessage(length);
        ControlBuffer control = header == null ? null : header.control();
        if (header == null) {
            buffers.setNoName();
            buffers.setControlRoom(0);
        } else {
            buffers.setReceiving(control == null ? 0 : control.size());
        }
        int result = LibC.recvmsg(buffers.state, fd, buffers.header, flags);
        if (result >= 0) {
            int copied = Math.min(result, length);
            MemorySegment.copy(data, JAVA_BYTE, 0, buffer, offset, copied);
            if (header != null) {
                header.setName(buffers.namePid(), buffers.nameGroups());
                header.addFlags(buffers.flags());
                if (control != null) {
                    control.set(buffers.control());
                }
            }
        }
        socket.give(buffers);
        return result;
    }

    // ---- Options ----------------------------------------------------------------------------

    @Override
    public int setsockopt(int fd, int level, int name, int value, int length) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        buffers.small.fill((byte) 0);
        buffers.putWord(0, value);
        int result = LibC.setsockopt(buffers.state, fd, level, name, buffers.small, length);
        socket.give(buffers);
        return result;
    }

    @Override
    public int getsockopt(int fd, int level, int name, int length, OptionValue out) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        int room = Math.min(Math.max(length, 0), OPTION_MAX);
        MemorySegment value = buffers.data(room);
        value.fill((byte) 0);
        buffers.putWord(0, length);
        int result = LibC.getsockopt(buffers.state, fd, level, name, value, buffers.small);
        if (result == 0) {
            int written = buffers.word(0);
            int[] words = new int[(Math.min(written, room) + Integer.BYTES - 1) / Integer.BYTES];
            MemorySegment.copy(value, JAVA_INT, 0, words, 0, words.length);
            out.set(written, words);
        }
        socket.give(buffers);
        return result;
    }

    @Override
    public int setTimeout(int fd, int name, long seconds, long micros) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        MemorySegment time = buffers.putTime(0, seconds, micros);
        int length = (int) time.byteSize();
        int result =
                LibC.setsockopt(buffers.state, fd, SocketOption.SOL_SOCKET, name, time, length);
        socket.give(buffers);
        return result;
    }

    @Override
    public int attachFilter(int fd, int accept) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        MemorySegment memory = buffers.small;
        memory.fill((byte) 0);
        memory.set(JAVA_SHORT, 0, BPF_RET_K);
        memory.set(JAVA_INT, FILTER_K, accept);
        memory.set(JAVA_SHORT, SOCK_FPROG, (short) 1);
        memory.set(ADDRESS, FPROG_FILTER, memory);
        MemorySegment program = memory.asSlice(SOCK_FPROG, SOCK_FPROG_SIZE);
        int result =
                LibC.setsockopt(
                        buffers.state,
                        fd,
                        SocketOption.SOL_SOCKET,
                        SocketOption.SO_ATTACH_FILTER,
                        program,
                        SOCK_FPROG_SIZE);
        socket.give(buffers);
        return result;
    }

    // ---- The rest ---------------------------------------------------------------------------

    @Override
    public int poll(int fd, int events, long timeoutNs) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        MemorySegment pollfd = buffers.small;
        pollfd.set(JAVA_INT, 0, fd);
        pollfd.set(JAVA_SHORT, POLLFD_EVENTS, (short) events);
        pollfd.set(JAVA_SHORT, POLLFD_REVENTS, (short) 0);
        long second = TimeUnit.SECONDS.toNanos(1);
        MemorySegment timeout =
                timeoutNs < 0
                        ? MemorySegment.NULL
                        : buffers.putTime(TIMESPEC, timeoutNs / second, timeoutNs % second);
        int result = LibC.ppoll(buffers.state, pollfd, 1, timeout);
        while (timeoutNs == 0 && result == -Errno.EINTR) {
            // It does not wait: the signal is one of the JVM's own, as profilers send them.
            result = LibC.ppoll(buffers.state, pollfd, 1, timeout);
        }
        if (result > 0) {
            result = pollfd.get(JAVA_SHORT, POLLFD_REVENTS) & 0xffff;
        }
        socket.give(buffers);
        return result;
    }

    @Override
    public int ioctl(int fd, int request) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        long unsigned = Integer.toUnsignedLong(request);
        int result = LibC.ioctl(buffers.state, fd, unsigned, buffers.small);
        if (result >= 0) {
            result = buffers.word(0);
        }
        socket.give(buffers);
        return result;
    }

    @Override
    public int listen(int fd, int backlog) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        int result = LibC.listen(buffers.state, fd, backlog);
        socket.give(buffers);
        return result;
    }

    @Override
    public int accept(int fd) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        int result = LibC.accept(buffers.state, fd);
        socket.give(buffers);
        return result;
    }

    @Override
    public int shutdown(int fd, int how) {
        HostSocket socket = find(fd);
        if (socket == null) {
            return -Errno.EBADF;
        }
        CallBuffers buffers = socket.take();
        int result = LibC.shutdown(buffers.state, fd, how);
        socket.give(buffers);
        return result;
    }
}
