package org.vkernel.testmodules.property.conversation;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.SeqAck;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.testmodules.property.conversation.ConversationAction.Ask;
import org.vkernel.testmodules.property.conversation.ConversationAction.Tell;
import org.vkernel.testmodules.property.suite.Burden;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Two clients of one group, a service that answers to the group, and that tells of things by
 * itself. The data of what it sends say what it is: the number of the request, or none.
 */
public final class Conversation implements Workload<ConversationAction, Conversation.Seen> {
    static final Conversation WORKLOAD = new Conversation();

    private static final CbId SERVICE = CbId.of(4, 1);
    private static final int CLIENTS = 2;
    private static final int BUFFER_BYTES = 512;
    private static final byte NO_REQUEST = -1;

    private Conversation() {}

    /** A request of a client. */
    record Request(int number, int client, CnMsg message) {}

    /**
     * What a client heard while it waited for the answer to a request, or after.
     *
     * @param request its last request
     * @param of the number of the request that the message answers, or -1
     */
    record Heard(Request request, CnMsg message, int of) {}

    /** What a run showed. */
    static final class Seen {
        final List<Request> requests = new ArrayList<>();
        final List<Heard> heard = new ArrayList<>();
    }

    /** The property that is checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new NumbersTellReplies(WORKLOAD));
    }

    @Override
    public String name() {
        return "conversation";
    }

    @Override
    public ImmutableList<ConversationAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<ConversationAction> plan = ImmutableList.builder();
        int first = random.nextInt(3) - 1;
        for (int i = 0; i < CLIENTS; i++) {
            int requests = 1 + random.nextInt(4);
            for (int n = 0; n < requests; n++) {
                // Both count from the same number; only the other, random one tells them apart.
                plan.add(new Ask(i, first + n, draw(random)));
            }
        }
        int told = random.nextInt(4);
        for (int i = 0; i < told; i++) {
            plan.add(new Tell(first + random.nextInt(3), draw(random)));
        }
        return plan.build();
    }

    /** The greatest number is met often: the one after it is 0. */
    private static int draw(SplitMix random) {
        return random.nextInt(4) == 0 ? -1 : (int) random.nextLong();
    }

    // ---- A run ------------------------------------------------------------------------------

    @Override
    public Seen run(VirtualKernel kernel, Setting setting, List<ConversationAction> plan) {
        Seen seen = new Seen();
        kernel.insmod(ConnectorModule.class);
        Connector connector = kernel.use(Connector.class);
        Map<Integer, List<Ask>> asks = new TreeMap<>();
        List<Tell> tells = new ArrayList<>();
        for (ConversationAction action : plan) {
            switch (action) {
                case Ask ask ->
                        asks.computeIfAbsent(ask.client(), all -> new ArrayList<>()).add(ask);
                case Tell tell -> tells.add(tell);
            }
        }
        kernel.run(() -> {
            var _ =
                    connector.addCallback(
                            SERVICE,
                            "service",
                            (message, sender) -> answer(connector, seen, message));
        });
        List<UserProcess> clients = new ArrayList<>();
        asks.values()
                .forEach(all ->
                        clients.add(kernel.spawn("client", self -> ask(kernel, self, seen, all))));
        var teller =
                kernel.call(() ->
                        kernel.kthreads().run("teller", self -> tell(kernel, connector, tells)));
        Burden burden = setting.strain().begin(kernel);
        clients.forEach(kernel::join);
        burden.end();
        kernel.run(() -> {
            if (teller != null) {
                var _ = teller.stop();
            }
            connector.delCallback(SERVICE);
        });
        return seen;
    }

    private static void answer(Connector connector, Seen seen, CnMsg message) {
        int number = message.data().u8(0);
        CnMsg request = seen.requests.get(number).message;
        send(connector, SeqAck.replyTo(request), (byte) number);
    }

    private static void send(Connector connector, CnMsg.Builder message, byte of) {
        var _ =
                connector.netlinkSend(
                        message.data(new byte[] {of}).build(), 0, SERVICE.idx(), GfpMask.KERNEL);
    }

    private static int tell(VirtualKernel kernel, Connector connector, List<Tell> tells) {
        for (Tell tell : tells) {
            send(connector, CnMsg.builder(SERVICE).seq(tell.seq()).ack(tell.ack()), NO_REQUEST);
            kernel.sched().condResched();
        }
        return 0;
    }

    private static void ask(VirtualKernel kernel, UserProcess process, Seen seen, List<Ask> all) {
        try (NetlinkSocket socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR)) {
            socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(SERVICE.idx()));
            socket.setReceiveTimeout(
                    Duration.ofSeconds(1).dividedBy(kernel.clock().hz()).multipliedBy(2));
            Request last = null;
            for (Ask ask : all) {
                CnMsg message =
                        CnMsg.builder(SERVICE)
                                .seq(ask.seq())
                                .ack(ask.ack())
                                .data(new byte[] {(byte) seen.requests.size()})
                                .build();
                last = new Request(seen.requests.size(), ask.client(), message);
                seen.requests.add(last);
                byte[] bytes = message.toNlMsg(0).toByteArray();
                var _ = socket.trySend(bytes, 0, bytes.length, 0, NetlinkAddress.KERNEL);
                hear(socket, seen, last, 0);
            }
            while (last != null && hear(socket, seen, last, MsgFlag.MSG_DONTWAIT)) {
                // goes on
            }
        } catch (ErrnoException failed) {
            if (kernel.faults().injectedCount() == 0) {
                throw failed;
            }
        }
    }

    private static boolean hear(NetlinkSocket socket, Seen seen, Request request, int flags) {
        byte[] buffer = new byte[BUFFER_BYTES];
        if (socket.tryReceive(buffer, 0, buffer.length, flags) < 0) {
            return false;
        }
        CnMsg message = CnMsg.parse(NlMsg.parse(buffer)).copy();
        seen.heard.add(new Heard(request, message, (byte) message.data().u8(0)));
        return true;
    }
}
