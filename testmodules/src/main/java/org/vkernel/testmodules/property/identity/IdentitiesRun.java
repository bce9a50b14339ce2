package org.vkernel.testmodules.property.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.core.SenderInfo;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.ControlMessage;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkTap;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.user.ReceivedMessage;
import org.vkernel.netlink.wire.ControlBuffer;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.SentControl;
import org.vkernel.netlink.wire.SockaddrNl;
import org.vkernel.netlink.wire.Ucred;
import org.vkernel.testmodules.property.identity.IdentityAction.Become;
import org.vkernel.testmodules.property.identity.IdentityAction.Send;
import org.vkernel.testmodules.property.identity.IdentityAction.To;

/** One run of {@link Identities}. */
final class IdentitiesRun {
    private static final CbId ID = CbId.of(7, 1);
    private static final int PORTID = 901;
    private static final int GROUP = 2;
    private static final int[] USERS = {0, 1000, 1001};
    private static final int[] GROUPS = {0, 100, 101};
    private static final int LIE = 4242;
    private static final int BUFFER_BYTES = 16_384;
    private static final int MULTIPLIER = 31;

    private final VirtualKernel kernel;
    private final Identities.Seen seen;
    private int numbers;

    IdentitiesRun(VirtualKernel kernel, Identities.Seen seen) {
        this.kernel = kernel;
        this.seen = seen;
    }

    void run(List<IdentityAction> plan) {
        kernel.insmod(ConnectorModule.class);
        Connector connector = kernel.use(Connector.class);
        Netlink netlink = kernel.use(Netlink.class);
        kernel.run(() -> {
            var _ = connector.addCallback(ID, "identity", this::called);
        });
        NetlinkTap tap = (time, protocol, toKernel, message) -> seen.tapped.add(message);
        netlink.addTap(tap);
        Map<Integer, List<IdentityAction>> steps = new TreeMap<>();
        plan.forEach(action ->
                steps.computeIfAbsent(action.process(), all -> new ArrayList<>()).add(action));
        try (NetlinkSocket one = receiver(PORTID, 0);
                NetlinkSocket other = receiver(PORTID + 1, NetlinkSocket.groups(GROUP))) {
            List<UserProcess> processes = new ArrayList<>();
            steps.values()
                    .forEach(all -> processes.add(kernel.spawn("sender", self -> live(self, all))));
            processes.forEach(kernel::join);
            read(one);
            read(other);
        }
        netlink.removeTap(tap);
        kernel.run(() -> connector.delCallback(ID));
    }

    // ---- Those who are shown ----------------------------------------------------------------

    private NetlinkSocket receiver(int portid, int groups) {
        NetlinkSocket socket =
                NetlinkSocket.open(
                        kernel.init(), SocketType.SOCK_RAW, NetlinkProtocol.NETLINK_USERSOCK);
        socket.bind(portid, groups);
        socket.setsockopt(SocketOption.SOL_SOCKET, SocketOption.SO_PASSCRED, 1);
        socket.setsockopt(NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_PKTINFO, 1);
        return socket;
    }

    private void read(NetlinkSocket socket) {
        while (socket.isReadable()) {
            ReceivedMessage message = socket.recvmsg(BUFFER_BYTES, MsgFlag.MSG_DONTWAIT);
            ReceivedMessage.Credentials creds = message.creds();
            Ucred who =
                    creds == null
                            ? new Ucred(-1, -1, -1)
                            : new Ucred(creds.pid(), creds.uid(), creds.gid());
            seen.shown.add(
                    new Identities.Shown(
                            "a receiver",
                            message.data(),
                            message.from().pid(),
                            who,
                            message.group().orElse(-1)));
        }
    }

    private void called(CnMsg message, SenderInfo sender) {
        seen.shown.add(
                new Identities.Shown(
                        "a callback",
                        message.data().toByteArray(),
                        sender.portid(),
                        new Ucred(sender.pid(), sender.uid(), sender.gid()),
                        sender.dstGroup()));
    }

    // ---- Those who send ---------------------------------------------------------------------

    private void live(UserProcess process, List<IdentityAction> steps) {
        try (NetlinkSocket users =
                        NetlinkSocket.open(
                                process, SocketType.SOCK_RAW, NetlinkProtocol.NETLINK_USERSOCK);
                NetlinkSocket connector =
                        NetlinkSocket.open(
                                process,
                                SocketType.SOCK_DGRAM,
                                NetlinkProtocol.NETLINK_CONNECTOR)) {
            users.bind(NetlinkSocket.AUTO, 0);
            connector.bind(NetlinkSocket.AUTO, 0);
            for (IdentityAction step : steps) {
                switch (step) {
                    case Become become -> become(process, become);
                    case Send send ->
                            send(process, send.to() == To.CALLBACK ? connector : users, send);
                }
            }
        }
    }

    /** Always by way of root, which the saved ids keep open. */
    private static void become(UserProcess process, Become become) {
        process.setresuid(Credentials.KEEP, 0, Credentials.KEEP);
        process.setresgid(GROUPS[become.group()], GROUPS[become.real()], Credentials.KEEP);
        process.setresuid(USERS[become.real()], USERS[become.effective()], 0);
    }

    private void send(UserProcess process, NetlinkSocket socket, Send send) {
        Credentials own = process.credentials();
        Ucred truth = new Ucred(process.tgid(), own.ruid(), own.rgid());
        Ucred who =
                switch (send.claim()) {
                    case 2 -> new Ucred(process.tgid(), own.euid(), own.egid());
                    case 3 -> new Ucred(process.tgid(), LIE, own.rgid());
                    default -> truth;
                };
        boolean isLie = send.claim() == 3 && !own.isCapable();
        int number = numbers++;
        byte[] data = data(number, send.bytes());
        byte[] bytes =
                send.to() == To.CALLBACK
                        ? CnMsg.builder(ID).data(data).build().toNlMsg(0).toByteArray()
                        : data;
        int expected = isLie ? -Errno.EPERM : bytes.length;
        if (!isLie) {
            int portid = socket.getsockname().pid();
            int group = send.to() == To.GROUP ? GROUP : 0;
            seen.sent.put(number, new Identities.Sent(bytes, portid, who, group));
        }
        int result =
                socket.provider()
                        .send(
                                socket.fd(),
                                bytes,
                                0,
                                bytes.length,
                                0,
                                address(send.to()),
                                send.claim() == 0 ? null : control(who));
        if (result != expected) {
            seen.rights.add(send + " by " + own + ": expected " + expected + ", is " + result);
        }
    }

    private static byte[] data(int number, int more) {
        byte[] data = new byte[Integer.BYTES + more];
        LittleEndian.putU32(data, 0, number);
        for (int i = Integer.BYTES; i < data.length; i++) {
            data[i] = (byte) (number * MULTIPLIER + i);
        }
        return data;
    }

    private static @Nullable SockaddrNl address(To to) {
        return switch (to) {
            case PORT -> SockaddrNl.of(PORTID, 0);
            case GROUP -> SockaddrNl.of(PORTID, NetlinkSocket.groups(GROUP));
            case CALLBACK -> SockaddrNl.of(0, 0);
        };
    }

    private static byte[] control(Ucred who) {
        return SentControl.build(
                List.of(
                        new ControlBuffer.Message(
                                SocketOption.SOL_SOCKET,
                                ControlMessage.SCM_CREDENTIALS,
                                who.toBytes())));
    }
}
