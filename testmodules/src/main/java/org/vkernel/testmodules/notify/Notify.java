package org.vkernel.testmodules.notify;

import java.time.Duration;
import java.util.List;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.process.ProcessBody;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;

/**
 * The process that wants to know who registers with the connector: it asks to be told of the ids
 * that modules are given, prints a line for each that comes or goes, and takes its request back
 * when there has been nothing to tell for a while.
 */
public final class Notify implements ProcessBody {
    private static final CbId CONNECTOR =
            CbId.of(ConnectorId.CN_IDX_CONNECTOR, ConnectorId.CN_VAL_CONNECTOR);

    /** Indices below a thousand, which are all that are in use. */
    private static final List<CnNotifyReq> INDICES = List.of(new CnNotifyReq(0, 1000));

    /** All values but 0, up to the greatest. */
    private static final List<CnNotifyReq> VALUES = List.of(new CnNotifyReq(1, -1));

    private static final int BUFFER_SIZE = 1024;
    private static final double NS = 1e-9;

    private final int group;
    private final Duration patience;

    /**
     * Makes the program.
     *
     * @param group where it wants to be told, 1 to 32
     * @param patience for how long it waits for a notice
     */
    public Notify(int group, Duration patience) {
        this.group = group;
        this.patience = patience;
    }

    @Override
    public void run(UserProcess process) {
        try (var socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR)) {
            socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(group));
            socket.setReceiveTimeout(patience);
            ask(socket, group);
            listen(process, socket);
            process.print("no news for " + patience.toMillis() + " ms");
            ask(socket, 0);
        }
    }

    /** Asks to tell {@code to} of ids; of none any more, if it is 0. There is no answer. */
    private static void ask(NetlinkSocket socket, int to) {
        CnCtlMsg request = CnCtlMsg.of(to, INDICES, VALUES);
        CnMsg message = CnMsg.builder(CONNECTOR).data(request.bytes()).build();
        socket.sendTo(message.toNlMsg(0).toByteArray(), NetlinkAddress.KERNEL);
    }

    private static void listen(UserProcess process, NetlinkSocket socket) {
        byte[] buffer = new byte[BUFFER_SIZE];
        int length = socket.tryReceive(buffer, 0, buffer.length, 0);
        while (length != -Errno.EAGAIN) {
            if (length < 0) {
                process.print("notify: " + Errno.text(-length));
            } else {
                process.print(line(process, CnMsg.parse(NlMsg.parse(buffer))));
            }
            length = socket.tryReceive(buffer, 0, buffer.length, 0);
        }
    }

    private static String line(UserProcess process, CnMsg notice) {
        return "%.3f s: %s %s"
                .formatted(
                        process.kernel().clock().ns() * NS,
                        notice.id(),
                        notice.ack() == 0 ? "registered" : "unregistered");
    }
}
