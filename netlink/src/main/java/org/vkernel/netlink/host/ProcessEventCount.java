package org.vkernel.netlink.host;

import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * What can be told of the kernel's count of listeners to process events: requests are acknowledged
 * while it is 1 or more.
 */
final class ProcessEventCount {
    private static final NetlinkAddress KERNEL = new NetlinkAddress(0, 0);
    private static final int BUFFER_BYTES = 128;

    private ProcessEventCount() {}

    /** Why a script cannot begin with nobody listening; null if it can. */
    static @Nullable String disturbance(HostNetlink host) {
        // A socket that has sent IGNORE is told nothing any more: another one watches.
        try (NetlinkSocket watcher = open(host);
                NetlinkSocket sender = open(host)) {
            watcher.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(1));
            if (isAnswered(watcher, sender, ProcessEventListener.IGNORE)) {
                return "somebody on this machine listens to process events";
            }
            if (!isAnswered(watcher, sender, ProcessEventListener.LISTEN)) {
                return "the kernel's count of listeners to process events is below 0";
            }
            return null;
        }
    }

    private static NetlinkSocket open(HostNetlink host) {
        return NetlinkSocket.open(host, SocketType.SOCK_RAW, NetlinkProtocol.NETLINK_CONNECTOR);
    }

    /** Whether anything comes: events of other processes come only where an answer does. */
    private static boolean isAnswered(NetlinkSocket watcher, NetlinkSocket sender, int operation) {
        sender.sendTo(ProcessEventListener.request(operation), KERNEL);
        byte[] buffer = new byte[BUFFER_BYTES];
        return watcher.tryReceive(buffer, 0, buffer.length, MsgFlag.MSG_DONTWAIT) >= 0;
    }
}
