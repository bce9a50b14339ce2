package org.vkernel.testmodules.property.procevent;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent.TaskId;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.UserProcess;
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
    private static final int CORE_FLAG = 0x80;
    private static final int NO_SIGNAL = -1;
    private static final TaskId INIT = new TaskId(1, 1);
    private static final TaskId NOBODY = new TaskId(0, 0);
    private static final Duration WHILE = Duration.ofMillis(10);
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

    private void note(int pid, String... texts) {
        seen.lives
                .computeIfAbsent(pid, any -> new ArrayList<>())
                .add(new Lives.Fact(ImmutableList.copyOf(texts), kernel.clock().ns()));
    }

    /** A task begins, and was told of before. */
    private void noteFork(int pid, int tgid, TaskId parent) {
        noteBefore(pid, EventText.of("fork", tgid, "by " + parent));
    }

    private void noteBefore(int pid, String text) {
        seen.lives
                .computeIfAbsent(pid, any -> new ArrayList<>())
                .add(new Lives.Fact(ImmutableList.of(text), 0));
    }

    private void noteOf(UserProcess process, String what, String more) {
        note(process.tgid(), EventText.of(what, process.tgid(), more));
    }

    private void live(UserProcess process, List<Step> steps) {
        noteFork(process.tgid(), process.tgid(), INIT);
        noteBefore(process.tgid(), EventText.of("exec", process.tgid(), ""));
        for (Step step : steps) {
            step(process, step);
        }
        noteExit(process, 0, INIT, true);
    }

    /**
     * Notes a process's end.
     *
     * @param isAwaited whether the parent may have forgotten it before its end is told
     */
    private void noteExit(UserProcess process, int code, TaskId parent, boolean isAwaited) {
        String told =
                EventText.of(
                        "exit", process.tgid(), EventText.exit(code, UserProcess.SIGCHLD, parent));
        String forgotten =
                EventText.of(
                        "exit", process.tgid(), EventText.exit(code, UserProcess.SIGCHLD, NOBODY));
        if (isAwaited) {
            note(process.tgid(), told, forgotten);
        } else {
            note(process.tgid(), told);
        }
    }

    private void step(UserProcess process, Step step) {
        int number = step.number();
        switch (step.what()) {
            case FORK -> {
                UserProcess child = process.fork(self -> child(self, process, number, true));
                var _ = process.waitFor(child.tgid());
            }
            case LEAVE -> {
                boolean isEarly = kernel.config().jitter();
                UserProcess child = process.fork(self -> child(self, process, number, isEarly));
                process.sleep(WHILE);
                var _ = process.waitFor(child.tgid());
            }
            case CRASH -> {
                UserProcess child = process.fork(self -> crash(self, process));
                var _ = process.waitFor(child.tgid());
            }
            case TRACE -> trace(process);
            case EXEC -> {
                noteOf(process, "exec", "");
                process.exec("/bin/program" + number);
            }
            case USER -> {
                int id = number % 2 == 0 ? 0 : USER;
                if (process.uid() != id) {
                    noteOf(process, "uid", "0 " + id);
                    process.setresuid(Credentials.KEEP, id, Credentials.KEEP);
                }
            }
            case GROUP -> {
                // Who is no root can go back to the real one only.
                int id = process.uid() == 0 ? number : 0;
                if (process.gid() != id) {
                    noteOf(process, "gid", "0 " + id);
                    process.setresgid(Credentials.KEEP, id, Credentials.KEEP);
                }
            }
            case SESSION -> {
                if (process.session() != process.tgid()) {
                    noteOf(process, "sid", "");
                    var _ = process.setsid();
                }
            }
            case NAME -> {
                noteOf(process, "comm", "name" + number);
                process.setName("name" + number);
            }
            case THREAD -> process.startThread(this::thread).join();
            case EXIT -> {
                noteExit(process, number << STATUS_SHIFT, INIT, true);
                process.exit(number);
            }
        }
    }

    private static TaskId idOf(UserProcess process) {
        return new TaskId(process.tgid(), process.tgid());
    }

    private void child(UserProcess self, UserProcess parent, int status, boolean isAwaited) {
        noteFork(self.tgid(), self.tgid(), idOf(parent));
        noteExit(self, status << STATUS_SHIFT, idOf(parent), isAwaited);
        self.exit(status);
    }

    private void crash(UserProcess self, UserProcess parent) {
        noteFork(self.tgid(), self.tgid(), idOf(parent));
        noteOf(self, "coredump", "to " + idOf(parent));
        noteExit(self, UserProcess.SIGSEGV | CORE_FLAG, idOf(parent), true);
        self.crash(UserProcess.SIGSEGV);
    }

    /** Where time passes as it likes, the child may be gone before it is traced. */
    private void trace(UserProcess process) {
        if (kernel.config().jitter() || process.uid() != 0) {
            return;
        }
        UserProcess child =
                process.fork(self -> {
                    noteFork(self.tgid(), self.tgid(), idOf(process));
                    self.sleep(WHILE.multipliedBy(2));
                    noteExit(self, 0, idOf(process), true);
                });
        process.sleep(WHILE);
        noteOf(child, "ptrace", "by " + idOf(process));
        process.ptraceAttach(child.tgid());
        noteOf(child, "ptrace", "by " + NOBODY);
        process.ptraceDetach(child.tgid());
        var _ = process.waitFor(child.tgid());
    }

    private void thread(UserProcess process) {
        int pid = process.currentThread().pid();
        noteFork(pid, process.tgid(), INIT);
        note(pid, EventText.of("comm", process.tgid(), "thread"));
        process.setName("thread");
        // Nobody waits for a thread.
        note(pid, EventText.of("exit", process.tgid(), EventText.exit(0, NO_SIGNAL, NOBODY)));
    }
}
