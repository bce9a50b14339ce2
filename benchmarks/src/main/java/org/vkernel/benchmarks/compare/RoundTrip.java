package org.vkernel.benchmarks.compare;

import static org.vkernel.netlink.abi.MsgFlag.MSG_DONTWAIT;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_CONNECTOR;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.abi.ProcEventLayout;
import org.vkernel.connector.abi.ProcInputLayout;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.NetlinkAddress;

/** A request to the connector's process events, and the multicast that acknowledges it. */
record RoundTrip() implements Workload {
    private static final int WHAT =
            NlmsghdrLayout.NLMSG_HDRLEN + CnMsgLayout.SIZE + ProcEventLayout.WHAT;
    private static final int SIZE =
            NlmsghdrLayout.NLMSG_HDRLEN + CnMsgLayout.SIZE + ProcEventLayout.SIZE;

    @Override
    public String name() {
        return "connector round trip";
    }

    @Override
    public boolean isSummarised() {
        return true;
    }

    @Override
    public @Nullable Contender prepare(Column column) throws HostUnavailableException {
        if (column == Column.FLOOR) {
            Loop one = Unicast.floor(SIZE);
            return Contender.of(operations -> one.run(2 * operations)); // there, and back
        }
        SocketLoop loop = RoundTrip::open;
        return loop.on(column);
    }

    private static Loop open(SocketLoop.Opener opener) {
        NetlinkSocket socket = opener.open(NETLINK_CONNECTOR);
        socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(ConnectorId.CN_IDX_PROC));
        byte[] operation = new byte[ProcInputLayout.SIZE_OLD];
        LittleEndian.putU32(operation, 0, ProcInputLayout.PROC_CN_MCAST_LISTEN);
        byte[] request =
                CnMsg.builder(CbId.of(ConnectorId.CN_IDX_PROC, ConnectorId.CN_VAL_PROC))
                        .data(operation)
                        .build()
                        .toNlMsg(0)
                        .toByteArray();
        byte[] buffer = new byte[SIZE];
        return operations -> {
            for (long i = 0; i < operations; i++) {
                Sockets.expect(
                        socket.trySend(
                                request, 0, request.length, MSG_DONTWAIT, NetlinkAddress.KERNEL),
                        request.length);
                do {
                    Sockets.expect(socket.tryReceive(buffer, 0, SIZE, 0), SIZE);
                    // On the host, other processes fork and exit meanwhile.
                } while (LittleEndian.u32(buffer, WHAT) != 0);
            }
        };
    }
}
