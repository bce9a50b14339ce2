package org.vkernel.netlink.user;

import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_ADD_MEMBERSHIP;
import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_DROP_MEMBERSHIP;
import static org.vkernel.netlink.abi.NetlinkOption.SOL_NETLINK;

import com.google.common.base.Preconditions;
import com.google.common.math.LongMath;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.ControlMessage;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.core.OptionValue;
import org.vkernel.netlink.wire.ControlBuffer;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * A netlink socket of a process.
 *
 * <p>A call that fails throws {@link ErrnoException}; those named {@code try...} return the
 * negative errno instead. Used by one task at a time.
 *
 * <pre>{@code
 * try (var socket = NetlinkSocket.open(process, SOCK_DGRAM, NETLINK_CONNECTOR)) {
 *   socket.bind(AUTO, groups(1));
 *   byte[] message = socket.receive(4096);
 * }
 * }</pre>
 */
public final class NetlinkSocket implements AutoCloseable {
    /** A port id of the kernel's choice. */
    public static final int AUTO = 0;

    private static final int CONTROL_BYTES = 512;
    private static final long NANOS_PER_MICRO = 1_000;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final Duration LONGEST_POLL = Duration.ofNanos(Long.MAX_VALUE);

    private final NetlinkProvider provider;
    private final int fd;
    private boolean closed;

    // The last receiver, converted.
    private @Nullable NetlinkAddress lastTo;
    private @Nullable SockaddrNl lastSockaddr;

    private NetlinkSocket(NetlinkProvider provider, int fd) {
        this.provider = provider;
        this.fd = fd;
    }

    /** Opens a socket of {@code process}, over its kernel. */
    public static NetlinkSocket open(UserProcess process, int type, int protocol) {
        return open(new KernelNetlink(process), type, protocol);
    }

    /** Opens a socket of the process whose system calls {@code provider} makes. */
    public static NetlinkSocket open(NetlinkProvider provider, int type, int protocol) {
        return new NetlinkSocket(provider, check("socket", provider.socket(type, protocol)));
    }

    /** The mask of groups, counted from 1 to 32. */
    public static int groups(int... groups) {
        int mask = 0;
        for (int group : groups) {
            Preconditions.checkArgument(group >= 1 && group <= Integer.SIZE, "group %s", group);
            mask |= 1 << (group - 1);
        }
        return mask;
    }

    private static int check(String call, int result) {
        if (result < 0) {
            throw new ErrnoException(call, result);
        }
        return result;
    }

    /** The provider that makes its calls. */
    public NetlinkProvider provider() {
        return provider;
    }

    /** Its descriptor. */
    public int fd() {
        return fd;
    }

    // ---- Names ------------------------------------------------------------------------------

    /** Binds it to a port id, or {@link #AUTO}, and makes {@code groupMask} its groups 1 to 32. */
    public void bind(int pid, int groupMask) {
        check("bind", provider.bind(fd, SockaddrNl.of(pid, groupMask)));
    }

    /** As {@link #bind(int, int)}. */
    public void bind(NetlinkAddress address) {
        bind(address.pid(), address.groups());
    }

    /** Sets whom it sends to, and that it takes unicasts of nobody else. */
    public void connect(int pid, int groupMask) {
        check("connect", provider.connect(fd, SockaddrNl.of(pid, groupMask)));
    }

    /** Ends a connection. */
    public void disconnect() {
        check(
                "connect",
                provider.connect(fd, new SockaddrNl(Short.BYTES, AddressFamily.AF_UNSPEC, 0, 0)));
    }

    /** Its port id and groups. */
    public NetlinkAddress getsockname() {
        MsgHdr name = new MsgHdr(null);
        check("getsockname", provider.getsockname(fd, name));
        return new NetlinkAddress(name.pid(), name.groups());
    }

    /** Whom it is connected to. */
    public NetlinkAddress getpeername() {
        MsgHdr name = new MsgHdr(null);
        check("getpeername", provider.getpeername(fd, name));
        return new NetlinkAddress(name.pid(), name.groups());
    }

    // ---- Sending ----------------------------------------------------------------------------

    /** Sends to whom it is connected to; returns how many bytes were delivered. */
    public int send(byte[] data) {
        return check("sendmsg", trySend(data, 0, data.length, 0, null));
    }

    /** Sends to {@code to}, waiting for room. */
    public int sendTo(byte[] data, NetlinkAddress to) {
        return sendTo(data, to, 0);
    }

    /** Sends to {@code to} with {@code MSG_*} flags. */
    public int sendTo(byte[] data, NetlinkAddress to, int flags) {
        return check("sendmsg", trySend(data, 0, data.length, flags, to));
    }

    /**
     * Sends a part of an array.
     *
     * @param to the receiver; null: whom it is connected to
     * @return how many bytes were delivered, or the negative errno
     */
    public int trySend(
            byte[] data, int offset, int length, int flags, @Nullable NetlinkAddress to) {
        return provider.send(fd, data, offset, length, flags, to == null ? null : sockaddr(to));
    }

    private SockaddrNl sockaddr(NetlinkAddress to) {
        SockaddrNl converted = lastSockaddr;
        if (converted == null || !to.equals(lastTo)) {
            converted = SockaddrNl.of(to.pid(), to.groups());
            lastSockaddr = converted;
            lastTo = to;
        }
        return converted;
    }

    // ---- Receiving --------------------------------------------------------------------------

    /** Waits for a message; one that is longer than {@code maxLength} is cut. */
    public byte[] receive(int maxLength) {
        return receive(maxLength, 0);
    }

    /** Receives a message with {@code MSG_*} flags; one that is longer is cut. */
    public byte[] receive(int maxLength, int flags) {
        byte[] buffer = room(maxLength);
        int length = check("recvmsg", tryReceive(buffer, 0, maxLength, flags));
        return Arrays.copyOf(buffer, Math.min(length, maxLength));
    }

    /** Waits for a message and puts it into {@code buffer}; returns how many bytes it took. */
    public int receiveInto(byte[] buffer) {
        return receiveInto(buffer, 0, buffer.length, 0);
    }

    /** Receives a message into a part of an array. */
    public int receiveInto(byte[] buffer, int offset, int maxLength, int flags) {
        return check("recvmsg", tryReceive(buffer, offset, maxLength, flags));
    }

    /** As {@link #receiveInto}; a failure is returned as the negative errno. */
    public int tryReceive(byte[] buffer, int offset, int maxLength, int flags) {
        return provider.receive(fd, buffer, offset, maxLength, flags, null);
    }

    /** Receives a message with its sender, flags and control messages. */
    public ReceivedMessage recvmsg(int maxLength, int flags) {
        return recvmsg(maxLength, flags, CONTROL_BYTES);
    }

    /** As {@link #recvmsg(int, int)}, with room for {@code controlBytes} of control messages. */
    public ReceivedMessage recvmsg(int maxLength, int flags, int controlBytes) {
        byte[] buffer = room(maxLength);
        ControlBuffer control = controlBytes == 0 ? null : new ControlBuffer(room(controlBytes), 0);
        MsgHdr header = new MsgHdr(control);
        int length = check("recvmsg", provider.receive(fd, buffer, 0, maxLength, flags, header));
        List<ControlBuffer.Message> messages = control == null ? List.of() : control.messages();
        return new ReceivedMessage(
                Arrays.copyOf(buffer, Math.min(length, maxLength)),
                length,
                new NetlinkAddress(header.pid(), header.groups()),
                header.flags(),
                group(messages),
                credentials(messages),
                messages);
    }

    /** A negative length is refused as the system call refuses it. */
    private static byte[] room(int bytes) {
        return new byte[check("recvmsg", bytes < 0 ? -Errno.EINVAL : bytes)];
    }

    private static OptionalInt group(List<ControlBuffer.Message> messages) {
        for (ControlBuffer.Message message : messages) {
            if (message.level() == SOL_NETLINK
                    && message.type() == NetlinkOption.NETLINK_PKTINFO
                    && message.data().length == NetlinkOption.NL_PKTINFO_SIZE) {
                return OptionalInt.of(
                        LittleEndian.u32(message.data(), NetlinkOption.NL_PKTINFO_GROUP));
            }
        }
        return OptionalInt.empty();
    }

    private static ReceivedMessage.@Nullable Credentials credentials(
            List<ControlBuffer.Message> messages) {
        for (ControlBuffer.Message message : messages) {
            if (message.level() == SocketOption.SOL_SOCKET
                    && message.type() == ControlMessage.SCM_CREDENTIALS
                    && message.data().length == ControlMessage.UCRED_SIZE) {
                byte[] data = message.data();
                return new ReceivedMessage.Credentials(
                        LittleEndian.u32(data, ControlMessage.UCRED_PID),
                        LittleEndian.u32(data, ControlMessage.UCRED_UID),
                        LittleEndian.u32(data, ControlMessage.UCRED_GID));
            }
        }
        return null;
    }

    // ---- Options ----------------------------------------------------------------------------

    /** Sets an option that is an int. */
    public void setsockopt(int level, int name, int value) {
        check("setsockopt", provider.setsockopt(fd, level, name, value, Integer.BYTES));
    }

    /** Reads an option that is an int; 0 where the kernel writes nothing. */
    public int getsockopt(int level, int name) {
        OptionValue value = new OptionValue();
        check("getsockopt", provider.getsockopt(fd, level, name, Integer.BYTES, value));
        int[] words = value.words();
        return words.length == 0 ? 0 : words[0];
    }

    /** Reads an option that is a list of words. */
    public int[] getsockoptWords(int level, int name, int maxWords) {
        OptionValue value = new OptionValue();
        check("getsockopt", provider.getsockopt(fd, level, name, maxWords * Integer.BYTES, value));
        return value.words();
    }

    /** Joins a group by NETLINK_ADD_MEMBERSHIP, which does not bind. */
    public void joinGroup(int group) {
        setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
    }

    /** Leaves a group by NETLINK_DROP_MEMBERSHIP. */
    public void leaveGroup(int group) {
        setsockopt(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group);
    }

    /** The groups that it is a member of, a bit each, as far as {@code maxBytes} hold them. */
    public int[] memberships(int maxBytes) {
        OptionValue value = new OptionValue();
        int name = NetlinkOption.NETLINK_LIST_MEMBERSHIPS;
        check("getsockopt", provider.getsockopt(fd, SOL_NETLINK, name, maxBytes, value));
        return value.words();
    }

    /** Sets the receive buffer's size; Linux doubles the value. */
    public void setReceiveBuffer(int bytes) {
        setsockopt(SocketOption.SOL_SOCKET, SocketOption.SO_RCVBUF, bytes);
    }

    /** Sets how long a receive waits; it is {@code EAGAIN} then. Zero: for ever. */
    public void setReceiveTimeout(Duration timeout) {
        setTimeout(SocketOption.SO_RCVTIMEO, timeout);
    }

    /** Sets how long a send waits for room; it is {@code EAGAIN} then. Zero: for ever. */
    public void setSendTimeout(Duration timeout) {
        setTimeout(SocketOption.SO_SNDTIMEO, timeout);
    }

    private void setTimeout(int name, Duration timeout) {
        long seconds = timeout.getSeconds();
        // Rounded up: 0 would be for ever.
        long micros = Math.ceilDiv(timeout.getNano(), NANOS_PER_MICRO);
        if (timeout.isNegative()) {
            seconds = -1; // at once
            micros = 0;
        } else if (micros == MICROS_PER_SECOND) {
            seconds = LongMath.saturatedAdd(seconds, 1);
            micros = 0;
        }
        check("setsockopt", provider.setTimeout(fd, name, seconds, micros));
    }

    // ---- The rest ---------------------------------------------------------------------------

    /** The events that are there now, of {@code events} and errors. */
    public int poll(int events) {
        return check("poll", provider.poll(fd, events, 0));
    }

    /**
     * Waits for one of {@code events} or an error; 0 if the time is up. More than 292 years, and
     * less than no time, is for ever.
     */
    public int poll(int events, Duration timeout) {
        boolean forEver = timeout.isNegative() || timeout.compareTo(LONGEST_POLL) > 0;
        return check("poll", provider.poll(fd, events, forEver ? -1 : timeout.toNanos()));
    }

    /** Whether a message, or an error, is there now. */
    public boolean isReadable() {
        return (poll(PollBit.POLLIN) & (PollBit.POLLIN | PollBit.POLLERR)) != 0;
    }

    /** Closes it; what is queued is lost. A second close does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            check("close", provider.close(fd));
        }
    }
}
