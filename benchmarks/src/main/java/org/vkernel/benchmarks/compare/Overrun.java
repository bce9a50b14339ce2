package org.vkernel.benchmarks.compare;

import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.user.NetlinkSocket;

/** A multicast of 64 bytes to a receiver that never reads, and whose queue is full. */
record Overrun() implements Workload {
    private static final int SIZE = NlmsghdrLayout.NLMSG_HDRLEN + 64;
    private static final int RECEIVE_BUFFER = 4096;
    private static final int ENOUGH_TO_FILL = 64;

    @Override
    public String name() {
        return "overrun (a receiver never reads)";
    }

    @Override
    public @Nullable Contender prepare(Column column) throws HostUnavailableException {
        if (column == Column.FLOOR) {
            return null; // a full queue costs nothing to speak of
        }
        SocketLoop loop =
                opener -> {
                    NetlinkSocket sender = Sockets.bound(opener);
                    NetlinkSocket receiver = Sockets.listener(opener);
                    receiver.setReceiveBuffer(RECEIVE_BUFFER);
                    byte[] message = new byte[SIZE];
                    Loop sends =
                            operations -> {
                                for (long i = 0; i < operations; i++) {
                                    Sockets.multicast(sender, message);
                                }
                            };
                    sends.run(ENOUGH_TO_FILL);
                    return sends;
                };
        return loop.on(column);
    }
}
