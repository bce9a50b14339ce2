package org.vkernel.testmodules.procmon;

import java.time.Duration;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.process.ProcessBody;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;

/**
 * A process that asks for process events and prints a table of them, a line for each, as {@code
 * forkstat} does: with names and command lines from {@code /proc}, and how long a process lived.
 */
public final class Procmon implements ProcessBody {
    private static final CbId PROC_EVENTS =
            CbId.of(ConnectorId.CN_IDX_PROC, ConnectorId.CN_VAL_PROC);

    private static final int GROUPS = NetlinkSocket.groups(ConnectorId.CN_IDX_PROC);
    private static final int BUFFER_SIZE = 1024;

    private final Duration patience;

    /**
     * Makes one that goes on until it is killed.
     *
     * @param patience how long it waits for the answer to its request
     */
    public Procmon(Duration patience) {
        this.patience = patience;
    }

    @Override
    public void run(UserProcess process) {
        try (var socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR)) {
            socket.bind(NetlinkSocket.AUTO, GROUPS);
            CnMsg request =
                    CnMsg.builder(PROC_EVENTS).data(ProcInput.listen().toByteArray()).build();
            socket.sendTo(request.toNlMsg(0).toByteArray(), NetlinkAddress.KERNEL);
            if (socket.poll(PollBit.POLLIN, patience) == 0) {
                process.print("this kernel does not tell of process events");
                process.exit(1);
            }
            listen(process, socket);
        }
    }

    private static void listen(UserProcess process, NetlinkSocket socket) {
        EventTable table = new EventTable(process);
        process.print(EventTable.HEADER);
        byte[] buffer = new byte[BUFFER_SIZE];
        for (; ; ) {
            int length = socket.tryReceive(buffer, 0, buffer.length, 0);
            if (length == -Errno.ENOBUFS) {
                process.print("events were lost");
            } else if (length < 0) {
                process.print("recv: " + Errno.text(-length));
                return;
            } else {
                table.print(ProcEvent.parse(CnMsg.parse(NlMsg.parse(buffer))));
            }
        }
    }
}
