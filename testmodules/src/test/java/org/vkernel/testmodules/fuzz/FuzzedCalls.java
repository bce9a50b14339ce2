package org.vkernel.testmodules.fuzz;

import static com.google.common.base.Preconditions.checkState;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.core.OptionValue;
import org.vkernel.netlink.user.KernelNetlink;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.user.ReceivedMessage;
import org.vkernel.netlink.wire.ControlBuffer;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.SockaddrNl;

/** The calls of one process, each chosen by the input. */
final class FuzzedCalls {
    /** The port id of another process, which answers. */
    static final int PEER = 1;

    private static final int SOCKETS_MAX = 24;
    private static final int BUFFER = 1 << 16;

    private final UserProcess process;
    private final FuzzedProtocol protocol;
    private final KernelNetlink calls;
    private final FuzzInput input;
    private final List<NetlinkSocket> sockets = new ArrayList<>();
    private final byte[] buffer = new byte[BUFFER];

    FuzzedCalls(UserProcess process, FuzzedProtocol protocol, FuzzInput input) {
        this.process = process;
        this.protocol = protocol;
        this.calls = new KernelNetlink(process);
        this.input = input;
        open(SocketType.SOCK_RAW, NetlinkProtocol.NETLINK_USERSOCK);
        open(SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
        open(SocketType.SOCK_RAW, FuzzedProtocol.PROTOCOL);
    }

    private void open(int type, int protocolNumber) {
        sockets.add(NetlinkSocket.open(calls, type, protocolNumber));
    }

    /** Makes a call. */
    void next() {
        switch (input.choice(24)) {
            case 0 -> openAny();
            case 1 -> expectErrno(() -> socket().close());
            case 2 -> check(calls.bind(fd(), address()));
            case 3 -> check(calls.connect(fd(), address()));
            case 4 -> check(calls.getsockname(fd(), new MsgHdr(null)));
            case 5 -> check(calls.getpeername(fd(), new MsgHdr(null)));
            case 6, 7, 8, 9 -> send();
            case 10, 11, 12 -> receive();
            case 13, 14 ->
                    check(calls.setsockopt(fd(), level(), option(), input.number(), length()));
            case 15 -> check(calls.getsockopt(fd(), level(), option(), length(), anyValue()));
            case 16 ->
                    check(calls.setTimeout(fd(), option(), input.longNumber(), input.longNumber()));
            case 17 -> check(calls.attachFilter(fd(), input.number()));
            case 18 -> check(calls.poll(fd(), input.number(), input.longNumber()));
            case 19 -> rare();
            case 20 -> check(protocol.send(input.choice(256) << 6, portid(), input.number()));
            default -> expectErrno(this::throughTheSocket);
        }
    }

    private void openAny() {
        if (sockets.size() >= SOCKETS_MAX) {
            return;
        }
        int type =
                input.flag()
                        ? input.oneOf(SocketType.SOCK_RAW, SocketType.SOCK_DGRAM)
                        : input.number();
        int number =
                input.oneOf(
                        NetlinkProtocol.NETLINK_USERSOCK,
                        NetlinkProtocol.NETLINK_CONNECTOR,
                        FuzzedProtocol.PROTOCOL,
                        input.number());
        expectErrno(() -> open(type, number));
    }

    private void rare() {
        int result =
                switch (input.choice(5)) {
                    case 0 -> calls.ioctl(fd(), input.i32());
                    case 1 -> calls.listen(fd(), input.number());
                    case 2 -> calls.accept(fd());
                    case 3 -> calls.shutdown(fd(), input.number());
                    default -> calls.close(fd());
                };
        check(result);
    }

    // ---- Messages ---------------------------------------------------------------------------

    private void send() {
        byte[] data = data();
        int offset = 0;
        int length = data.length;
        if (input.choice(16) == 0) {
            offset = input.number();
            length = input.number();
        }
        SockaddrNl to = input.flag() ? SockaddrNl.of(0, 0) : input.flag() ? address() : null;
        byte[] control = input.choice(8) == 0 ? control() : null;
        check(calls.send(fd(), data, offset, length, flags(), to, control));
    }

    /** Anything, a netlink message, one of the connector's, or zeros. */
    private byte[] data() {
        byte[] payload = input.bytes(200);
        return switch (input.choice(4)) {
            case 0 -> payload;
            case 1 -> message(payload, 0);
            case 2 -> message(connectorMessage(payload), 0);
            default -> message(payload, input.oneOf(1, 100, 4000, 17_000, 70_000));
        };
    }

    private byte[] message(byte[] payload, int zeros) {
        byte[] bytes = new byte[16 + payload.length + zeros];
        System.arraycopy(payload, 0, bytes, 16, payload.length);
        int length = input.choice(4) == 0 ? input.number() : bytes.length;
        LittleEndian.putU32(bytes, 0, length);
        LittleEndian.putU16(bytes, 4, input.u8());
        LittleEndian.putU16(bytes, 6, input.u8() | input.u8() << 8);
        LittleEndian.putU32(bytes, 8, input.number());
        return bytes;
    }

    private byte[] connectorMessage(byte[] payload) {
        byte[] bytes = new byte[20 + payload.length];
        System.arraycopy(payload, 0, bytes, 20, payload.length);
        LittleEndian.putU32(bytes, 0, input.oneOf(1, -1, input.number()));
        LittleEndian.putU32(bytes, 4, input.oneOf(1, -1, input.number()));
        LittleEndian.putU32(bytes, 8, input.number());
        LittleEndian.putU32(bytes, 12, input.number());
        int length = input.choice(4) == 0 ? input.number() : payload.length;
        LittleEndian.putU16(bytes, 16, length);
        LittleEndian.putU16(bytes, 18, input.u8());
        return bytes;
    }

    /** Control messages: anything, or one that is well-formed but for its length. */
    private byte[] control() {
        byte[] data = input.bytes(64);
        if (input.flag()) {
            return data;
        }
        byte[] bytes = new byte[16 + data.length];
        System.arraycopy(data, 0, bytes, 16, data.length);
        LittleEndian.putU64(bytes, 0, input.flag() ? bytes.length : input.longNumber());
        LittleEndian.putU32(bytes, 8, input.oneOf(SocketOption.SOL_SOCKET, input.number()));
        LittleEndian.putU32(bytes, 12, input.oneOf(1, 2, input.number()));
        return bytes;
    }

    private void receive() {
        int offset = 0;
        int length = input.oneOf(BUFFER, 100, 8192, 0);
        if (input.choice(8) == 0) {
            offset = input.number();
            length = input.number();
        }
        MsgHdr header = null;
        if (input.flag()) {
            header = new MsgHdr(input.flag() ? new ControlBuffer(input.u8()) : null);
        }
        int flags = flags();
        int result = calls.receive(fd(), buffer, offset, length, flags, header);
        check(result);
        checkState(result <= Math.max(length, 0) || (flags & MsgFlag.MSG_TRUNC) != 0, "%s", result);
        if (header != null && header.control() != null) {
            checkState(!header.control().messages().contains(null));
        }
    }

    // ---- What a call is given -----------------------------------------------------------------

    private NetlinkSocket socket() {
        return sockets.get(input.choice(sockets.size()));
    }

    private int fd() {
        int which = input.u8();
        return which == 255 ? input.number() : sockets.get(which % sockets.size()).fd();
    }

    private SockaddrNl address() {
        if (input.choice(4) != 0) {
            return SockaddrNl.of(portid(), input.number());
        }
        return new SockaddrNl(
                input.number(),
                input.oneOf(AddressFamily.AF_NETLINK, AddressFamily.AF_UNSPEC, input.number()),
                portid(),
                input.number());
    }

    private int portid() {
        return input.oneOf(0, process.tgid(), PEER, 2, input.number());
    }

    /** Most calls do not wait: who waits for ever makes no further call. */
    private int flags() {
        int flags = input.flag() ? 0 : input.i32();
        return input.choice(16) == 0 ? flags : flags | MsgFlag.MSG_DONTWAIT;
    }

    private int level() {
        return input.oneOf(SocketOption.SOL_SOCKET, NetlinkOption.SOL_NETLINK, input.number());
    }

    private int option() {
        return input.oneOf(1, 8, 20, 21, 66, 67, input.u8(), input.u8() & 15, input.number());
    }

    private int length() {
        return input.oneOf(Integer.BYTES, Integer.BYTES, input.number());
    }

    private static OptionValue anyValue() {
        return new OptionValue();
    }

    // ---- What it may do -----------------------------------------------------------------------

    /** A result is none, or one of the errnos that processes know. */
    private static void check(int result) {
        checkState(result > -Errno.ERESTARTSYS, "the result is %s", result);
        checkState(result >= 0 || !Errno.name(result).isEmpty());
    }

    private static void expectErrno(Runnable call) {
        try {
            call.run();
        } catch (ErrnoException e) {
            check(-e.errno());
        }
    }

    /** The calls of {@link NetlinkSocket}. */
    private void throughTheSocket() {
        NetlinkSocket socket = socket();
        int size = input.number();
        int most = size > 1 << 20 ? 1 << 20 : size;
        Duration time = Duration.ofSeconds(input.longNumber(), input.u8() * 3_921_568L);
        switch (input.choice(10)) {
            case 0 -> checkState(socket.receive(most, flags()).length <= most);
            case 1 -> received(socket.recvmsg(most, flags(), input.choice(3) << 4));
            case 2 -> check(socket.getsockopt(level(), option()) >>> 31);
            case 3 -> checkState(socket.getsockoptWords(level(), option(), size).length <= 64);
            case 4 -> checkState(socket.memberships(size).length <= 64);
            case 5 -> socket.setReceiveTimeout(time);
            case 6 -> socket.setSendTimeout(time);
            case 7 -> check(socket.poll(size, time));
            case 8 -> socket.bind(new NetlinkAddress(portid(), size));
            default -> {
                socket.setReceiveBuffer(size);
                socket.connect(portid(), input.number());
                if (input.flag()) {
                    socket.disconnect();
                }
            }
        }
    }

    private static void received(@Nullable ReceivedMessage message) {
        checkState(message != null && message.data().length <= message.length());
        checkState(!message.toString().isEmpty());
    }
}
