package org.vkernel.connector.user;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_CONNECTOR;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_USERSOCK;
import static org.vkernel.netlink.abi.SocketType.SOCK_DGRAM;
import static org.vkernel.netlink.user.NetlinkSocket.AUTO;
import static org.vkernel.netlink.user.NetlinkSocket.groups;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.connector.wire.SeqAck;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.host.ConnectorLock;
import org.vkernel.netlink.host.HostNetlink;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.user.ReceivedMessage;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;

/**
 * The client over the host's kernel: with a service in this process behind another socket, which
 * answers when it is told to, and with the kernel's own process events.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostConnectorClientTest {
    private static final CbId ID = CbId.of(9, 1);
    private static final CbId PROC = CbId.of(ConnectorId.CN_IDX_PROC, ConnectorId.CN_VAL_PROC);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(10);

    /** With a host's kernel, or none. */
    @FunctionalInterface
    private interface Body {
        void run(HostNetlink host) throws Exception;
    }

    private static void onHost(Body body) throws Exception {
        try (HostNetlink host = HostNetlink.open()) {
            body.run(host);
        } catch (HostUnavailableException e) {
            abort(e.getMessage());
        }
    }

    private static byte[] text(String text) {
        return CnMsg.builder(ID).text(text).build().data().toByteArray();
    }

    private static NetlinkSocket open(HostNetlink host) {
        NetlinkSocket socket = NetlinkSocket.open(host, SOCK_DGRAM, NETLINK_USERSOCK);
        socket.bind(AUTO, 0);
        return socket;
    }

    private static ConnectorClient.Builder client(NetlinkSocket socket) {
        LongSupplier chance = new SplitMix(1)::nextLong;
        return ConnectorClient.builder(socket, System::nanoTime, chance);
    }

    private static ReceivedMessage next(NetlinkSocket service) {
        return service.recvmsg(4096, MsgFlag.MSG_DONTWAIT);
    }

    private static CnMsg message(ReceivedMessage received) {
        return CnMsg.parse(NlMsg.parse(received.data()));
    }

    private static void answer(NetlinkSocket service, ReceivedMessage request) {
        CnMsg reply = SeqAck.replyTo(message(request)).text("yes").build();
        var _ = service.sendTo(reply.toNlMsg(0).toByteArray(), request.from());
    }

    @Test
    void usersock_lostRequest_isSentAgain_andBothSendingsAreAnswered() throws Exception {
        onHost(host -> {
            try (NetlinkSocket service = open(host);
                    NetlinkSocket socket = open(host)) {
                ConnectorClient client =
                        client(socket)
                                .peer(service.getsockname())
                                .timeout(SHORT)
                                .tries(1000)
                                .build();
                ConnectorCall call = client.start(ID, text("a"));
                while (client.resent() == 0) {
                    client.receiveFor(SHORT);
                }
                ReceivedMessage first = next(service);
                ReceivedMessage second = next(service);
                assertEquals(message(first), message(second));
                assertEquals(1, NlMsg.parse(first.data()).seq());
                answer(service, first);
                answer(service, second);

                assertEquals("yes", call.await().text());
                while (client.lateReplies() == 0) {
                    client.receiveFor(SHORT);
                }
            }
        });
    }

    @Test
    void usersock_replyFromAnotherPort_isNew() throws Exception {
        onHost(host -> {
            try (NetlinkSocket service = open(host);
                    NetlinkSocket stranger = open(host);
                    NetlinkSocket socket = open(host)) {
                List<Integer> from = new ArrayList<>();
                ConnectorClient client =
                        client(socket)
                                .peer(service.getsockname())
                                .timeout(LONG)
                                .onMessage((m, sender) -> from.add(sender.pid()))
                                .build();
                ConnectorCall call = client.start(ID, text("a"));
                ReceivedMessage request = next(service);
                answer(stranger, request);
                answer(service, request);

                assertEquals("yes", call.await().text());
                assertEquals(List.of(stranger.getsockname().pid()), from);
            }
        });
    }

    @Test
    void usersock_overrun_isALoss_andTheReplyComesAtTheNextSending() throws Exception {
        onHost(host -> {
            try (NetlinkSocket service = open(host);
                    NetlinkSocket socket = open(host)) {
                socket.setReceiveBuffer(0);
                socket.joinGroup(5);
                List<Loss> losses = new ArrayList<>();
                ConnectorClient client =
                        client(socket)
                                .peer(service.getsockname())
                                .timeout(SHORT)
                                .tries(1000)
                                .onLoss(losses::add)
                                .build();
                ConnectorCall call = client.start(ID, text("a"));
                byte[] flood = CnMsg.builder(ID).data(new byte[3000]).build().toByteArray();
                byte[] bytes = NlMsg.builder().type(3).payload(flood).toByteArray();
                for (int i = 0; i < 3; i++) {
                    var _ =
                            service.trySend(
                                    bytes,
                                    0,
                                    bytes.length,
                                    MsgFlag.MSG_DONTWAIT,
                                    new NetlinkAddress(0, 1 << 4));
                }
                while (losses.isEmpty()) {
                    client.receiveFor(SHORT);
                }
                answer(service, next(service));
                assertEquals("yes", call.await().text());
                assertEquals(Loss.Kind.OVERRUN, losses.getFirst().kind());
            }
        });
    }

    @Test
    void usersock_nobodyThere_timesOut_andNothingWasSent() throws Exception {
        onHost(host -> {
            try (NetlinkSocket socket = open(host)) {
                NetlinkAddress gone;
                try (NetlinkSocket service = open(host)) {
                    gone = service.getsockname();
                }
                ConnectorClient client = client(socket).peer(gone).timeout(SHORT).tries(2).build();
                ConnectorCall call = client.start(ID, text("a"));
                ErrnoException failed = assertThrows(ErrnoException.class, call::await);
                assertEquals(Errno.ETIMEDOUT, failed.errno());
                assertEquals(0, call.sendings());
            }
        });
    }

    /**
     * The acknowledgement of process events has another sequence number than its request, a bug of
     * Linux: no client can tell it from a new message by the numbers. Only its ack is right.
     */
    private static void assertListenIsNotAnswered(ConnectorClient.Builder builder) {
        List<CnMsg> acks = new ArrayList<>();
        ConnectorClient client =
                builder.timeout(Duration.ofMillis(50))
                        .tries(1)
                        .firstSeq(0x7000_0000)
                        .onMessage((m, from) -> {
                            if (ProcEvent.parse(m).what() == 0) {
                                acks.add(m);
                            }
                        })
                        .build();
        ConnectorCall call = client.start(PROC, ProcInput.listen().toByteArray());
        try {
            ErrnoException failed = assertThrows(ErrnoException.class, call::await);
            assertEquals(Errno.ETIMEDOUT, failed.errno());
            assertEquals(1, acks.size());
            assertEquals(SeqAck.replyAck(call.request().ack()), acks.getFirst().ack());
            assertNotEquals(call.request().seq(), acks.getFirst().seq());
        } finally {
            var _ = client.post(PROC, ProcInput.ignore().toByteArray());
        }
    }

    @Test
    void hostsProcessEvents_listen_looksUnanswered() throws Exception {
        Path status = Path.of("/proc/self/status");
        assumeTrue(
                Files.exists(status)
                        && Files.readAllLines(status).stream()
                                .anyMatch(l -> l.matches("Uid:\\s+0\\s+0.*")),
                "only root may be told of process events by every kernel");
        onHost(host -> {
            try (ConnectorLock _ = ConnectorLock.take();
                    NetlinkSocket socket =
                            NetlinkSocket.open(host, SOCK_DGRAM, NETLINK_CONNECTOR)) {
                socket.bind(AUTO, groups(ConnectorId.CN_IDX_PROC));
                assertListenIsNotAnswered(client(socket));
            }
        });
    }

    @Test
    void processEventsHere_listen_looksUnansweredToo() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.modprobe(ConnectorModule.class);
            kernel.join(
                    kernel.spawn(
                            "client",
                            process -> {
                                try (var socket =
                                        NetlinkSocket.open(
                                                process, SOCK_DGRAM, NETLINK_CONNECTOR)) {
                                    socket.bind(AUTO, groups(ConnectorId.CN_IDX_PROC));
                                    assertListenIsNotAnswered(
                                            ConnectorClient.builder(process, socket));
                                }
                            }));
            assertTrue(kernel.reports().isEmpty());
        }
    }
}
