package org.vkernel.netlink.host;

import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_CONNECTOR;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.user.ReceivedMessage;
import org.vkernel.netlink.wire.LittleEndian;

/**
 * Watches for events of other processes while a script runs: a member of group 1 that asked for
 * nothing is told everything, as long as anybody listens.
 */
final class ProcessEventWatch implements AutoCloseable {
    /** Port ids from here down are never the kernel's choice. */
    private static final int PORTIDS = -7;

    private static final int ROOM_BYTES = 4 << 20;
    private static final int BUFFER_BYTES = 128;
    private static final int WHAT = NlmsghdrLayout.NLMSG_HDRLEN + 20;

    private final NetlinkSocket socket;

    ProcessEventWatch(HostNetlink host) {
        socket = NetlinkSocket.open(host, SocketType.SOCK_RAW, NETLINK_CONNECTOR);
        socket.setsockopt(SocketOption.SOL_SOCKET, SocketOption.SO_RCVBUF, ROOM_BYTES);
        bind();
    }

    /** Leaves the process id to the script, which is to get it as on a fresh kernel. */
    private void bind() {
        for (int portid = PORTIDS; ; portid--) {
            try {
                socket.bind(portid, NetlinkSocket.groups(1));
                return;
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EADDRINUSE || portid < 100 * PORTIDS) {
                    throw e;
                }
            }
        }
    }

    /**
     * Whether there was anything but {@code acknowledged} acknowledgements, or so much that it
     * cannot be told.
     */
    boolean wasDisturbed(int acknowledged) {
        int seen = 0;
        boolean disturbed = false;
        for (; ; ) {
            ReceivedMessage message;
            try {
                message = socket.recvmsg(BUFFER_BYTES, MsgFlag.MSG_DONTWAIT);
            } catch (ErrnoException e) {
                if (e.errno() == Errno.EAGAIN) {
                    return disturbed || seen != acknowledged;
                }
                disturbed = true; // it was overrun
                continue;
            }
            if (message.from().pid() == 0) {
                byte[] data = message.data();
                // One that another member's filter has cut is taken for an acknowledgement.
                boolean isEvent =
                        data.length >= WHAT + Integer.BYTES && LittleEndian.u32(data, WHAT) != 0;
                disturbed |= isEvent;
                seen += isEvent ? 0 : 1;
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
