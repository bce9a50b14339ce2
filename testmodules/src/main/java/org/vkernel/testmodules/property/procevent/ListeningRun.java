package org.vkernel.testmodules.property.procevent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.abi.ProcEventType;
import org.vkernel.connector.abi.ProcInputLayout;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.testmodules.property.procevent.Listening.Difference;
import org.vkernel.testmodules.property.procevent.ListeningAction.Ask;
import org.vkernel.testmodules.property.procevent.ListeningAction.Close;
import org.vkernel.testmodules.property.procevent.ListeningAction.Happen;
import org.vkernel.testmodules.property.procevent.ListeningAction.Open;
import org.vkernel.testmodules.property.procevent.ListeningAction.What;

/** One run of {@link Listening}. */
final class ListeningRun {
    private static final CbId ID = CbId.of(ConnectorId.CN_IDX_PROC, ConnectorId.CN_VAL_PROC);
    private static final int USER = 1000;
    private static final int BUFFER_BYTES = 256;
    private static final int STATUS_SHIFT = 8;
    private static final int CORE_FLAG = 0x80;
    private static final int ACK = 7;
    private static final Duration SETTLED = Duration.ofMillis(100);

    /** A member that never asks. */
    private static final int OBSERVER = -1;

    private final VirtualKernel kernel;
    private final UserProcess init;
    private final Listening.Seen seen;
    private final List<ListeningAction> plan;
    private final ListeningModel model;
    private final Map<Integer, Pair> pairs = new TreeMap<>();

    ListeningRun(VirtualKernel kernel, Listening.Seen seen, List<ListeningAction> plan) {
        this.kernel = kernel;
        this.init = kernel.init();
        this.seen = seen;
        this.plan = plan;
        this.model =
                new ListeningModel(
                        kernel.profile().processEvents() == Profile.ProcessEvents.PER_SOCKET);
    }

    private record Pair(NetlinkSocket socket, ListeningModel.Member member) {}

    /** Something that there is to tell of. */
    private record Event(String text, int what, int exitCode) {}

    void run() {
        kernel.insmod(ConnectorModule.class);
        open(new Open(OBSERVER, true));
        for (ListeningAction action : plan) {
            switch (action) {
                case Open open -> open(open);
                case Ask ask -> {
                    Pair pair = pairs.get(ask.slot());
                    if (pair != null) {
                        ask(ask, pair);
                    }
                }
                case Close close -> close(close.slot());
                case Happen happen -> happen(happen);
            }
        }
        List.copyOf(pairs.keySet()).forEach(this::close);
    }

    private void open(Open open) {
        close(open.slot());
        NetlinkSocket socket =
                NetlinkSocket.open(init, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
        socket.bind(
                NetlinkSocket.AUTO,
                open.member() ? NetlinkSocket.groups(ConnectorId.CN_IDX_PROC) : 0);
        pairs.put(open.slot(), new Pair(socket, model.open(open.member())));
    }

    private void close(int slot) {
        Pair pair = pairs.remove(slot);
        if (pair != null) {
            model.close(pair.member);
            pair.socket.close();
        }
    }

    // ---- Requests ---------------------------------------------------------------------------

    private void ask(Ask ask, Pair pair) {
        byte[] data = new byte[ask.bytes()];
        if (data.length >= ProcInputLayout.SIZE_OLD) {
            LittleEndian.putU32(data, ProcInputLayout.MCAST_OP, ask.operation());
        }
        if (data.length >= ProcInputLayout.SIZE) {
            LittleEndian.putU32(data, ProcInputLayout.EVENT_TYPE, ask.events());
        }
        CnMsg request = CnMsg.builder(ID).ack(ACK).data(data).build();
        become(ask.user() ? USER : 0);
        readAll();
        var _ = pair.socket.sendTo(request.toNlMsg(0).toByteArray(), NetlinkAddress.KERNEL);
        int error = model.ask(pair.member, ask);
        Map<Integer, List<ProcEvent>> heard = readAll();
        become(0);
        boolean isDue = error != ListeningModel.SILENT;
        checkAnswers(ask, error, isDue && model.isCounted(), isDue, heard);
    }

    private void become(int user) {
        if (init.uid() != user) {
            init.setresuid(Credentials.KEEP, user, Credentials.KEEP);
        }
    }

    /**
     * N.B. Linux answers nobody while nobody listens; a kernel that answers then is no worse.
     *
     * @param usual whether Linux answers
     * @param isDue whether there should be an answer
     */
    private void checkAnswers(
            Ask ask, int error, boolean usual, boolean isDue, Map<Integer, List<ProcEvent>> heard) {
        pairs.forEach((slot, pair) -> {
            List<ProcEvent> answers = heard.getOrDefault(slot, List.of());
            boolean isTold = model.isTold(pair.member, ProcEventType.PROC_EVENT_NONE, 0);
            List<Integer> errors = new ArrayList<>();
            for (ProcEvent event : answers) {
                errors.add(event instanceof ProcEvent.Ack ack ? ack.err() : ListeningModel.SILENT);
            }
            boolean asInLinux = errors.equals(usual && isTold ? List.of(error) : List.of());
            boolean asDue = errors.equals(isDue && isTold ? List.of(error) : List.of());
            if (!asInLinux && !asDue) {
                differ(
                        "a request is answered otherwise",
                        ask + ", to " + slot + ": expected " + error + ", is " + errors);
            }
        });
    }

    // ---- What is told -----------------------------------------------------------------------

    private void happen(Happen happen) {
        readAll();
        List<Event> events = new ArrayList<>();
        UserProcess subject = kernel.spawn("subject", self -> live(self, happen, events));
        kernel.join(subject);
        // Whoever waits for a process is woken before its end is told.
        kernel.runFor(SETTLED);
        Map<Integer, List<String>> heard = new TreeMap<>();
        readAll().forEach((slot, all) -> heard.put(slot, texts(all, subject.tgid())));
        Map<Integer, List<String>> told = expected(events, true);
        Map<Integer, List<String>> silent = expected(events, false);
        if (heard.equals(model.isListenedTo() ? told : silent)) {
            return;
        }
        String facts = happen + ": expected " + told + " or nothing, is " + heard;
        if (!heard.equals(model.isCounted() ? told : silent)) {
            differ("told otherwise than it was", facts);
        } else if (model.isOpenCounted() == model.isListenedTo()) {
            differ("a listener that has closed counts", facts);
        } else {
            differ(
                    kernel.profile().processEvents() == Profile.ProcessEvents.COUNTED
                            ? "requests count, whoever asks"
                            : "a request that means nothing is remembered",
                    facts);
        }
    }

    private Map<Integer, List<String>> expected(List<Event> events, boolean areTold) {
        Map<Integer, List<String>> expected = new TreeMap<>();
        pairs.forEach((slot, pair) -> {
            List<String> texts = new ArrayList<>();
            for (Event event : events) {
                if (areTold && model.isTold(pair.member, event.what, event.exitCode)) {
                    texts.add(event.text);
                }
            }
            expected.put(slot, texts);
        });
        return expected;
    }

    private void live(UserProcess self, Happen happen, List<Event> events) {
        events.add(new Event("fork", ProcEventType.PROC_EVENT_FORK, 0));
        events.add(new Event("exec", ProcEventType.PROC_EVENT_EXEC, 0));
        int code = happen.status() << STATUS_SHIFT;
        switch (happen.what()) {
            case NOTHING -> {}
            case NAME -> {
                events.add(new Event("comm other", ProcEventType.PROC_EVENT_COMM, 0));
                self.setName("other");
            }
            case USER -> {
                events.add(new Event("uid 0 1000", ProcEventType.PROC_EVENT_UID, 0));
                self.setresuid(Credentials.KEEP, USER, Credentials.KEEP);
            }
            case GROUP -> {
                events.add(new Event("gid 0 1000", ProcEventType.PROC_EVENT_GID, 0));
                self.setresgid(Credentials.KEEP, USER, Credentials.KEEP);
            }
            case SESSION -> {
                events.add(new Event("sid", ProcEventType.PROC_EVENT_SID, 0));
                var _ = self.setsid();
            }
            case CRASH -> {
                events.add(new Event("coredump", ProcEventType.PROC_EVENT_COREDUMP, 0));
                code = UserProcess.SIGSEGV | CORE_FLAG;
            }
        }
        events.add(new Event("exit " + code, ProcEventType.PROC_EVENT_EXIT, code));
        if (happen.what() == What.CRASH) {
            self.crash(UserProcess.SIGSEGV);
        }
        self.exit(happen.status());
    }

    private static List<String> texts(List<ProcEvent> events, int pid) {
        List<String> texts = new ArrayList<>();
        for (ProcEvent event : events) {
            texts.add(
                    switch (event) {
                        case ProcEvent.Fork fork when fork.child().pid() == pid -> "fork";
                        case ProcEvent.Exec exec when exec.task().pid() == pid -> "exec";
                        case ProcEvent.Comm comm when comm.task().pid() == pid ->
                                "comm " + comm.comm();
                        case ProcEvent.Uid uid when uid.task().pid() == pid ->
                                "uid " + uid.ruid() + " " + uid.euid();
                        case ProcEvent.Gid gid when gid.task().pid() == pid ->
                                "gid " + gid.rgid() + " " + gid.egid();
                        case ProcEvent.Sid sid when sid.task().pid() == pid -> "sid";
                        case ProcEvent.Coredump dump when dump.task().pid() == pid -> "coredump";
                        case ProcEvent.Exit exit when exit.task().pid() == pid ->
                                "exit " + exit.exitCode();
                        default -> event.toString();
                    });
        }
        return texts;
    }

    // ---- Reading ----------------------------------------------------------------------------

    /** What each socket has heard. */
    private Map<Integer, List<ProcEvent>> readAll() {
        Map<Integer, List<ProcEvent>> all = new TreeMap<>();
        pairs.forEach((slot, pair) -> all.put(slot, read(pair.socket)));
        return all;
    }

    private List<ProcEvent> read(NetlinkSocket socket) {
        List<ProcEvent> all = new ArrayList<>();
        byte[] buffer = new byte[BUFFER_BYTES];
        int length;
        while ((length = socket.tryReceive(buffer, 0, buffer.length, MsgFlag.MSG_DONTWAIT)) > 0) {
            CnMsg message = CnMsg.parse(NlMsg.parse(Arrays.copyOf(buffer, length)));
            ProcEvent event = ProcEvent.parse(message);
            if (message.ack() != (event instanceof ProcEvent.Ack ? ACK + 1 : 0)) {
                differ("an answer is to another request", message.ack() + ": " + event);
            }
            all.add(event);
        }
        return all;
    }

    private void differ(String kind, String detail) {
        seen.differences.add(new Difference(kind, detail));
    }
}
