package org.vkernel.connector.core;

import static org.vkernel.netlink.user.NetlinkSocket.AUTO;
import static org.vkernel.netlink.user.NetlinkSocket.groups;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.KernelNetlink;
import org.vkernel.netlink.user.NetlinkProvider;
import org.vkernel.netlink.user.NetlinkSocket;

/** A socket of a process that asks for process events and reads them. */
final class ProcListener implements AutoCloseable {
    static final CbId ID = CbId.of(1, 1);

    final NetlinkSocket socket;

    private ProcListener(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** One that is no member of any group. */
    static ProcListener open(UserProcess process) {
        return new ProcListener(
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR));
    }

    /** One of any kernel's, a member of group 1 that has asked for nothing. */
    static ProcListener member(NetlinkProvider provider) {
        ProcListener listener =
                new ProcListener(
                        NetlinkSocket.open(
                                provider,
                                SocketType.SOCK_DGRAM,
                                NetlinkProtocol.NETLINK_CONNECTOR));
        listener.socket.bind(AUTO, groups(1));
        return listener;
    }

    /** One that is a member of group 1, and has asked for nothing. */
    static ProcListener member(UserProcess process) {
        return member(new KernelNetlink(process));
    }

    /** A member that has asked for all events, and has read the acknowledgement. */
    static ProcListener listening(UserProcess process) {
        ProcListener listener = member(process);
        listener.ask(ProcInput.listen());
        listener.events();
        return listener;
    }

    void ask(ProcInput request) {
        ask(0, 0, request.toByteArray());
    }

    void ask(int seq, int ack, byte... data) {
        CnMsg message = CnMsg.builder(ID).seq(seq).ack(ack).data(data).build();
        ConnectorFixture.toKernel(socket, message);
    }

    /** All messages that are queued. */
    List<CnMsg> messages() {
        List<CnMsg> all = new ArrayList<>();
        for (CnMsg next = ConnectorFixture.next(socket);
                next != null;
                next = ConnectorFixture.next(socket)) {
            all.add(next);
        }
        return all;
    }

    /** All events that are queued, acknowledgements among them. */
    List<ProcEvent> events() {
        return messages().stream().map(ProcEvent::parse).toList();
    }

    /** The events as text, without where and when. */
    List<String> lines() {
        return events().stream().map(ProcListener::line).toList();
    }

    static String line(ProcEvent event) {
        return switch (event) {
            case ProcEvent.Ack ack -> "ack " + ack.err();
            case ProcEvent.Fork fork -> "fork " + fork.parent() + " " + fork.child();
            case ProcEvent.Exec exec -> "exec " + exec.task();
            case ProcEvent.Uid uid -> "uid " + uid.task() + " " + uid.ruid() + " " + uid.euid();
            case ProcEvent.Gid gid -> "gid " + gid.task() + " " + gid.rgid() + " " + gid.egid();
            case ProcEvent.Sid sid -> "sid " + sid.task();
            case ProcEvent.Ptrace ptrace -> "ptrace " + ptrace.task() + " " + ptrace.tracer();
            case ProcEvent.Comm comm -> "comm " + comm.task() + " " + comm.comm();
            case ProcEvent.Coredump dump -> "coredump " + dump.task() + " " + dump.parent();
            case ProcEvent.Exit exit ->
                    "exit %s %#x %d %s"
                            .formatted(
                                    exit.task(), exit.exitCode(), exit.exitSignal(), exit.parent());
            case ProcEvent.Unknown unknown -> "unknown " + unknown.what();
        };
    }

    @Override
    public void close() {
        socket.close();
    }
}
