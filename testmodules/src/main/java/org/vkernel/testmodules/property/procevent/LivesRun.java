package org.vkernel.testmodules.property.procevent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.process.UserThread;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.testmodules.property.procevent.LifeAction.Member;
import org.vkernel.testmodules.property.procevent.LifeAction.Step;
import org.vkernel.testmodules.property.procevent.LifeAction.Stranger;

/** One run of {@link Lives}. */
final class LivesRun {
    private static final CbId ID = CbId.of(ConnectorId.CN_IDX_PROC, ConnectorId.CN_VAL_PROC);

    /** The sequence number of each request, which is no event's. */
    static final int REQUEST = 0x5eed0000;

    private static final int USER = 1000;
    private static final int BUFFER_BYTES = 256;
    private static final int STATUS_SHIFT = 8;
    private static final Duration SETTLED = Duration.ofMillis(100);

    private final VirtualKernel kernel;
    private final Lives.Seen seen;
    private final List<LifeAction> plan;

    LivesRun(VirtualKernel kernel, Lives.Seen seen, List<LifeAction> plan) {
        this.kernel = kernel;
        this.seen = seen;
        this.plan = plan;
    }

    /** A member, and the answers that it has read. */
    private record Listener(NetlinkSocket socket, boolean listens, List<CnMsg> answers) {}

    void run() {
        kernel.insmod(ConnectorModule.class);
        List<NetlinkSocket> sockets = new ArrayList<>();
        List<Boolean> listens = new ArrayList<>();
        Map<Integer, List<Step>> steps = new TreeMap<>();
        List<Stranger> strangers = new ArrayList<>();
        for (LifeAction action : plan) {
            switch (action) {
                case Member member -> {
                    sockets.add(member(member));
                    listens.add(member.listens());
                }
                case Step step ->
                        steps.computeIfAbsent(step.process(), all -> new ArrayList<>()).add(step);
                case Stranger stranger -> strangers.add(stranger);
            }
        }
        // What was asked for has been answered by now.
        List<Listener> listeners = new ArrayList<>();
        for (int i = 0; i < sockets.size(); i++) {
            NetlinkSocket socket = sockets.get(i);
            listeners.add(new Listener(socket, listens.get(i), read(socket)));
        }
        List<UserProcess> processes = new ArrayList<>();
        strangers.forEach(
                stranger -> processes.add(kernel.spawn("stranger", self -> ask(self, stranger))));
        steps.values()
                .forEach(all -> processes.add(kernel.spawn("subject", self -> live(self, all))));
        processes.forEach(kernel::join);
        // Whoever waits for a process is woken before its end is told.
        kernel.runFor(SETTLED);
        List<List<CnMsg>> messages = new ArrayList<>();
        listeners.forEach(listener -> messages.add(read(listener.socket)));
        for (int i = 0; i < listeners.size(); i++) {
            Listener one = listeners.get(i);
            seen.listeners.add(
                    new Lives.Heard(one.listens, one.answers, messages.get(i), farewell(one)));
        }
    }

    /** Has a listener ask for no more, and closes it. */
    private static List<CnMsg> farewell(Listener listener) {
        List<CnMsg> answers = List.of();
        if (listener.listens) {
            var _ = read(listener.socket); // of others that have left
            ask(listener.socket, false, true);
            answers = read(listener.socket);
        }
        listener.socket.close();
        return answers;
    }

    // ---- Those who listen -------------------------------------------------------------------

    private NetlinkSocket member(Member member) {
        NetlinkSocket socket =
                NetlinkSocket.open(
                        kernel.init(), SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
        socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(ConnectorId.CN_IDX_PROC));
        if (member.listens()) {
            ask(socket, true, true);
        }
        return socket;
    }

    private static void ask(NetlinkSocket socket, boolean listen, boolean isAddressed) {
        ProcInput input = listen ? ProcInput.listen() : ProcInput.ignore();
        CnMsg request = CnMsg.builder(ID).seq(REQUEST).data(input.toByteArray()).build();
        byte[] bytes = request.toNlMsg(0).toByteArray();
        var _ =
                socket.trySend(
                        bytes, 0, bytes.length, 0, isAddressed ? NetlinkAddress.KERNEL : null);
    }

    private static List<CnMsg> read(NetlinkSocket socket) {
        List<CnMsg> all = new ArrayList<>();
        byte[] buffer = new byte[BUFFER_BYTES];
        while (socket.tryReceive(buffer, 0, buffer.length, MsgFlag.MSG_DONTWAIT) > 0) {
            all.add(CnMsg.parse(NlMsg.parse(buffer)).copy());
        }
        return all;
    }

    /** Asks without rights, or with those that the socket's opener had not. */
    private void ask(UserProcess process, Stranger stranger) {
        process.setresuid(Credentials.KEEP, USER, Credentials.KEEP);
        try (NetlinkSocket socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR)) {
            if (stranger.member()
                    && kernel.profile().processEvents() == Profile.ProcessEvents.PER_SOCKET) {
                socket.joinGroup(ConnectorId.CN_IDX_PROC);
            }
            if (stranger.misled()) {
                process.setresuid(Credentials.KEEP, 0, Credentials.KEEP);
            }
            ask(socket, stranger.listen(), false);
        }
    }

    // ---- Those who live ---------------------------------------------------------------------

    private void note(int pid, String what) {
        seen.lives.computeIfAbsent(pid, any -> new ArrayList<>()).add(what);
    }

    private void live(UserProcess process, List<Step> steps) {
        int pid = process.tgid();
        note(pid, "fork");
        note(pid, "exec");
        for (Step step : steps) {
            step(process, pid, step);
        }
        note(pid, exit(0));
    }

    private static String exit(int status) {
        return "exit " + (status << STATUS_SHIFT);
    }

    private void step(UserProcess process, int pid, Step step) {
        int number = step.number();
        switch (step.what()) {
            case FORK -> {
                UserProcess child = process.fork(self -> child(self, number));
                var _ = process.waitFor(child.tgid());
            }
            case EXEC -> {
                note(pid, "exec");
                process.exec("/bin/program" + number);
            }
            case USER -> {
                int id = number % 2 == 0 ? 0 : USER;
                if (process.uid() != id) {
                    note(pid, "uid 0 " + id);
                    process.setresuid(Credentials.KEEP, id, Credentials.KEEP);
                }
            }
            case GROUP -> {
                // Who is no root can go back to the real one only.
                int id = process.uid() == 0 ? number : 0;
                if (process.gid() != id) {
                    note(pid, "gid 0 " + id);
                    process.setresgid(Credentials.KEEP, id, Credentials.KEEP);
                }
            }
            case SESSION -> {
                if (process.session() != pid) {
                    note(pid, "sid");
                    var _ = process.setsid();
                }
            }
            case NAME -> {
                note(pid, "comm name" + number);
                process.setName("name" + number);
            }
            case THREAD -> {
                UserThread thread = process.startThread(self -> {});
                note(thread.pid(), "fork");
                note(thread.pid(), exit(0));
                thread.join();
            }
            case EXIT -> {
                note(pid, exit(number));
                process.exit(number);
            }
        }
    }

    private void child(UserProcess self, int status) {
        note(self.tgid(), "fork");
        note(self.tgid(), exit(status));
        self.exit(status);
    }
}
