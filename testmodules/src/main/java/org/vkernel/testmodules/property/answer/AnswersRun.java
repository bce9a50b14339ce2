package org.vkernel.testmodules.property.answer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.process.UserThread;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.testmodules.property.answer.AnswerAction.Ask;
import org.vkernel.testmodules.property.answer.AnswerAction.Become;
import org.vkernel.testmodules.property.answer.AnswerAction.Close;
import org.vkernel.testmodules.property.answer.AnswerAction.Drain;
import org.vkernel.testmodules.property.answer.AnswerAction.Kind;
import org.vkernel.testmodules.property.answer.AnswerAction.Open;
import org.vkernel.testmodules.property.answer.AnswerAction.Read;
import org.vkernel.testmodules.property.answer.AnswerAction.Request;
import org.vkernel.testmodules.property.answer.AnswerAction.SetOption;
import org.vkernel.testmodules.property.answer.AnswersSeen.Asked;
import org.vkernel.testmodules.property.answer.AnswersSeen.Drained;
import org.vkernel.testmodules.property.answer.AnswersSeen.Failed;
import org.vkernel.testmodules.property.answer.AnswersSeen.Heard;
import org.vkernel.testmodules.property.answer.AnswersSeen.Session;

/** One run of {@link Answers}. */
final class AnswersRun {
    private static final int USER = 1000;
    private static final int MOST_READS = 100;

    /** So many first parts, and one dump under way, fit a usual receive buffer. */
    private static final int MOST_DUMPS = 2;

    private final VirtualKernel kernel;
    private final AnswersSeen seen;
    private final Service service;
    private final Shortage shortage;
    private final Map<Integer, List<AnswerAction>> steps = new TreeMap<>();

    AnswersRun(VirtualKernel kernel, AnswersSeen seen, List<AnswerAction> plan) {
        this.kernel = kernel;
        this.seen = seen;
        this.service = new Service(kernel, seen, plan);
        this.shortage = new Shortage(kernel.profile().largeUnicastThreshold(), seen);
        for (AnswerAction action : plan) {
            steps.computeIfAbsent(action.asker(), all -> new ArrayList<>()).add(action);
        }
    }

    void run() {
        if (!service.open()) {
            return;
        }
        kernel.mm().setFaults(shortage);
        List<UserProcess> askers = new ArrayList<>();
        steps.values().forEach(all -> askers.add(kernel.spawn("asker", self -> live(self, all))));
        askers.forEach(kernel::join);
        kernel.mm().setFaults(null);
        service.close();
        seen.liveSkbs = kernel.skbs().live();
    }

    /** What an asker has open. */
    private static final class Asker {
        final UserProcess process;
        @Nullable NetlinkSocket socket;
        @Nullable Session session;
        byte[] buffer = {};
        boolean openedByUser;
        boolean isUser;
        boolean quiet;
        int unreadDumps;

        /** Whether another thread sets options of its sockets. */
        final boolean hasOptions;

        Asker(UserProcess process, boolean hasOptions) {
            this.process = process;
            this.hasOptions = hasOptions;
        }
    }

    private void live(UserProcess process, List<AnswerAction> all) {
        List<SetOption> options = new ArrayList<>();
        all.forEach(action -> {
            if (action instanceof SetOption option) {
                options.add(option);
            }
        });
        Asker asker = new Asker(process, !options.isEmpty());
        UserThread other =
                options.isEmpty()
                        ? null
                        : process.startThread(self -> options.forEach(o -> set(asker, o)));
        for (AnswerAction action : all) {
            if (action instanceof Open open) {
                close(asker);
                open(asker, open);
            } else if (action instanceof Become become) {
                become(asker, become.user());
            } else if (asker.socket != null) {
                step(asker, asker.socket, Objects.requireNonNull(asker.session), action);
            }
        }
        if (asker.socket != null) {
            drain(asker, asker.socket, Objects.requireNonNull(asker.session));
        }
        if (other != null) {
            other.join();
        }
        close(asker);
    }

    private void set(Asker asker, SetOption option) {
        for (int i = 0; i < option.times(); i++) {
            NetlinkSocket socket = asker.socket;
            if (socket == null) {
                kernel.run(kernel.sched()::condResched);
            } else {
                var _ =
                        socket.provider()
                                .setsockopt(
                                        socket.fd(),
                                        NetlinkOption.SOL_NETLINK,
                                        option.name(),
                                        (i + 1) % 2,
                                        Integer.BYTES);
            }
        }
    }

    private static void become(Asker asker, boolean user) {
        asker.process.setresuid(Credentials.KEEP, user ? USER : 0, Credentials.KEEP);
        asker.isUser = user;
    }

    private void open(Asker asker, Open open) {
        long opened = service.now();
        boolean before = asker.isUser;
        become(asker, open.user());
        NetlinkSocket socket =
                NetlinkSocket.open(asker.process, SocketType.SOCK_RAW, Service.PROTOCOL);
        become(asker, before);
        asker.openedByUser = open.user();
        socket.bind(NetlinkSocket.AUTO, open.group() == 0 ? 0 : NetlinkSocket.groups(open.group()));
        if (open.small()) {
            socket.setReceiveBuffer(0);
        }
        asker.buffer = new byte[open.bufferBytes()];
        asker.quiet = true;
        asker.unreadDumps = 0;
        asker.session =
                new Session(
                        socket.getsockname().pid(),
                        open.group(),
                        open.small(),
                        opened,
                        service.now(),
                        asker.hasOptions);
        seen.sessions.add(asker.session);
        asker.socket = socket;
    }

    private void close(Asker asker) {
        NetlinkSocket socket = asker.socket;
        Session session = asker.session;
        asker.socket = null;
        if (socket != null && session != null) {
            socket.close();
            session.closed = service.now();
        }
    }

    private void step(Asker asker, NetlinkSocket socket, Session session, AnswerAction action) {
        switch (action) {
            case Ask ask -> ask(asker, socket, session, ask);
            case Read read -> {
                shortage.begin(asker.process, read.shortage(), true);
                for (int i = 0; i < read.times() && receive(asker, socket, session); i++) {
                    // goes on
                }
                session.wasShort |= shortage.end(asker.process);
            }
            case Drain drain -> drain(asker, socket, session);
            case Close close -> close(asker);
            case Open open -> {}
            case Become become -> {}
            case SetOption option -> {}
        }
    }

    private void ask(Asker asker, NetlinkSocket socket, Session session, Ask ask) {
        List<NlMsg> messages = new ArrayList<>();
        for (Request request : ask.requests()) {
            messages.add(
                    NlMsg.builder()
                            .type(Service.TYPE)
                            .flags(
                                    NlmFlag.NLM_F_REQUEST
                                            | (request.kind() == Kind.DUMP ? NlmFlag.NLM_F_DUMP : 0)
                                            | (request.ack() ? NlmFlag.NLM_F_ACK : 0))
                            .seq(request.number())
                            .pid(request.number() % 3 == 0 ? 0 : request.number())
                            .payload(new byte[AnswersSeen.payloadBytes(request)])
                            .build());
        }
        byte[] bytes = NlMsg.join(messages);
        boolean capable = !asker.isUser && (ask.addressed() || !asker.openedByUser);
        boolean polite = asker.quiet && session.group == 0 && messages.size() == 1;
        asker.quiet = false;
        asker.unreadDumps +=
                (int) ask.requests().stream().filter(r -> r.kind() == Kind.DUMP).count();
        session.small |= asker.unreadDumps > MOST_DUMPS;
        // Noted before what it causes.
        int at = session.events.size();
        shortage.begin(asker.process, ask.shortage(), false);
        int result =
                socket.trySend(
                        bytes, 0, bytes.length, 0, ask.addressed() ? NetlinkAddress.KERNEL : null);
        boolean wasShort = shortage.end(asker.process);
        session.wasShort |= wasShort;
        if (wasShort) {
            service.noteShort(ask.requests());
        }
        session.events.add(at, new Asked(ask.requests(), result, polite, capable));
    }

    /** Reads until there is nothing more; a pending error may come before what is queued. */
    private void drain(Asker asker, NetlinkSocket socket, Session session) {
        for (int i = 0; i < MOST_READS; i++) {
            if (!receive(asker, socket, session)) {
                asker.quiet = true;
                asker.unreadDumps = 0;
                return;
            }
        }
    }

    private boolean receive(Asker asker, NetlinkSocket socket, Session session) {
        byte[] buffer = asker.buffer;
        long began = service.now();
        int flags = MsgFlag.MSG_DONTWAIT | MsgFlag.MSG_TRUNC;
        MsgHdr header = new MsgHdr(null);
        int length =
                socket.provider().receive(socket.fd(), buffer, 0, buffer.length, flags, header);
        if (length == -Errno.EAGAIN) {
            session.events.add(new Drained());
            session.foundEmpty = began;
            return false;
        }
        if (length < 0 || length > buffer.length) {
            session.events.add(new Failed(length < 0 ? length : AnswersSeen.CUT));
            return true;
        }
        for (NlMsg message : NlMsg.parseAll(Arrays.copyOf(buffer, length))) {
            session.events.add(new Heard(message, header.groups()));
        }
        return true;
    }
}
