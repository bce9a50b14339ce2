package org.vkernel.benchmarks.compare;

import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_USERSOCK;
import static org.vkernel.netlink.abi.SocketType.SOCK_DGRAM;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.user.NetlinkProvider;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/** Opens the sockets that workloads use. */
final class Sockets {
    /** The group that multicasts go to. */
    static final int GROUP = 5;

    private static final NetlinkAddress TO_GROUP = new NetlinkAddress(0, 1 << (GROUP - 1));

    private Sockets() {}

    static NetlinkSocket open(UserProcess process, int protocol) {
        return NetlinkSocket.open(process, SOCK_DGRAM, protocol);
    }

    static NetlinkSocket open(NetlinkProvider provider, int protocol) {
        return NetlinkSocket.open(provider, SOCK_DGRAM, protocol);
    }

    /** A socket between users with a port id. */
    static NetlinkSocket bound(SocketLoop.Opener opener) {
        NetlinkSocket socket = opener.open(NETLINK_USERSOCK);
        socket.bind(NetlinkSocket.AUTO, 0);
        return socket;
    }

    /** A socket between users that gets the multicasts. */
    static NetlinkSocket listener(SocketLoop.Opener opener) {
        NetlinkSocket socket = opener.open(NETLINK_USERSOCK);
        socket.bind(NetlinkSocket.AUTO, 0);
        socket.joinGroup(GROUP);
        return socket;
    }

    /**
     * Sends to the group. No kernel socket takes such messages, which is what the call tells, after
     * the members have got theirs.
     */
    static void multicast(NetlinkSocket sender, byte[] message) {
        expect(
                sender.trySend(message, 0, message.length, MsgFlag.MSG_DONTWAIT, TO_GROUP),
                -Errno.ECONNREFUSED);
    }

    /** Sends as soon as somebody has the port id. */
    @SuppressWarnings("ThreadPriorityCheck") // the other thread may need this one's carrier
    static void sendWhenThere(NetlinkSocket socket, byte[] message, NetlinkAddress to) {
        int sent;
        do {
            sent = socket.trySend(message, 0, message.length, 0, to);
            if (sent == -Errno.ECONNREFUSED) {
                Thread.yield();
            }
        } while (sent == -Errno.ECONNREFUSED);
        expect(sent, message.length);
    }

    /** A call that must have moved so many bytes. */
    static void expect(int result, int bytes) {
        if (result != bytes) {
            throw new IllegalStateException("a call gave " + result + ", not " + bytes);
        }
    }
}
