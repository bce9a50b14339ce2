package org.vkernel.connector.user;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.SeqAck;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.ByteSlice;

/** The client against services that lose, repeat, delay and invent messages. */
class ConnectorClientTest {
    private static final int GROUP = 9;
    private static final CbId ID = CbId.of(GROUP, 1);
    private static final CbId NEWS = CbId.of(GROUP, 2);
    private static final Duration TIMEOUT = Duration.ofMillis(10);

    /** What a service does with one message; {@code number} counts them from 1. */
    @FunctionalInterface
    private interface Service {
        void handle(int number, CnMsg message, Reply reply);
    }

    /** Sends to whoever sent the message. */
    @FunctionalInterface
    private interface Reply {
        void send(CnMsg message);
    }

    /** A client's process. */
    @FunctionalInterface
    private interface Body {
        void run(UserProcess process, NetlinkSocket socket);
    }

    private final List<CnMsg> requests = new ArrayList<>();
    private int port;

    private VirtualKernel boot(KernelConfig config, Service service) {
        VirtualKernel kernel = VirtualKernel.boot(config);
        kernel.modprobe(ConnectorModule.class);
        Connector connector = kernel.use(Connector.class);
        int error =
                kernel.call(() ->
                        connector.addCallback(
                                ID,
                                "service",
                                (message, sender) -> {
                                    requests.add(message.copy());
                                    int to = port == 0 ? sender.portid() : 0;
                                    int group = port == 0 ? 0 : GROUP;
                                    service.handle(
                                            requests.size(),
                                            message,
                                            reply -> {
                                                int len = reply.bytes().length() - CnMsgLayout.SIZE;
                                                var _ =
                                                        connector.netlinkSendMult(
                                                                reply,
                                                                len,
                                                                to,
                                                                group,
                                                                GfpMask.ATOMIC);
                                            });
                                }));
        assertEquals(0, error);
        return kernel;
    }

    private static void spawn(VirtualKernel kernel, Body body) {
        kernel.spawn(
                "client",
                process -> {
                    try (var socket =
                            NetlinkSocket.open(
                                    process,
                                    SocketType.SOCK_DGRAM,
                                    NetlinkProtocol.NETLINK_CONNECTOR)) {
                        socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(GROUP));
                        body.run(process, socket);
                    }
                });
    }

    private static void end(VirtualKernel kernel) {
        kernel.processes().forEach(kernel::join);
        kernel.run(() -> kernel.use(Connector.class).delCallback(ID));
        kernel.close();
    }

    private void run(Service service, Body body) {
        VirtualKernel kernel = boot(KernelConfig.simulated(1), service);
        spawn(kernel, body);
        end(kernel);
    }

    private static ConnectorClient.Builder client(UserProcess process, NetlinkSocket socket) {
        return ConnectorClient.builder(process, socket).timeout(TIMEOUT).tries(3);
    }

    private static CnMsg answer(CnMsg request) {
        return SeqAck.replyTo(request).text("re " + request.text()).build();
    }

    private static byte[] text(String text) {
        return CnMsg.builder(ID).text(text).build().data().toByteArray();
    }

    private static void assertErrno(int errno, ConnectorCall call) {
        assertEquals(errno, assertThrows(ErrnoException.class, call::await).errno());
    }

    // ---- Replies -------------------------------------------------------------------------------

    @Test
    void call_isAnswered_withSequenceNumbersInOrder_andRandomAcks() {
        run(
                (number, message, reply) -> reply.send(answer(message)),
                (process, socket) -> {
                    ConnectorClient client = client(process, socket).build();
                    assertEquals("re a", client.call(ID, text("a")).text());
                    assertEquals("re b", client.call(ID, text("b")).text());
                });
        assertEquals(List.of(1, 2), requests.stream().map(CnMsg::seq).toList());
        assertNotEquals(requests.get(0).ack(), requests.get(1).ack());
    }

    @Test
    void numbers_wrapAt32Bits() {
        run(
                (number, message, reply) -> reply.send(answer(message)),
                (process, socket) -> {
                    ConnectorClient client =
                            ConnectorClient.builder(socket, process.kernel().clock()::ns, () -> -1L)
                                    .firstSeq(-1)
                                    .build();
                    CnMsg last = client.call(ID, text("a"));
                    assertEquals(0xffff_ffffL, Integer.toUnsignedLong(last.seq()));
                    assertEquals(0, last.ack());
                    assertEquals(0, client.call(ID, text("b")).seq());
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void lostSendings_areRepeatedAsTheSameMessage(int lost) {
        run(
                (number, message, reply) -> {
                    if (number > lost) {
                        reply.send(answer(message));
                    }
                },
                (process, socket) -> {
                    ConnectorClient client = client(process, socket).build();
                    assertEquals("re a", client.call(ID, text("a")).text());
                    assertEquals(lost, client.resent());
                });
        assertEquals(lost + 1, requests.size());
        assertEquals(1, requests.stream().distinct().count());
    }

    @Test
    void noReply_timesOutAfterTheLastTry() {
        run(
                (number, message, reply) -> {},
                (process, socket) -> {
                    ConnectorClient client = client(process, socket).build();
                    long before = process.kernel().clock().ns();
                    ConnectorCall call = client.start(ID, text("a"));
                    assertErrno(Errno.ETIMEDOUT, call);
                    assertEquals(3, call.sendings());
                    assertNull(call.reply());
                    assertEquals(0, client.pendingCalls());
                    long took = process.kernel().clock().ns() - before;
                    assertTrue(took >= 3 * TIMEOUT.toNanos(), () -> took + " ns");
                });
        assertEquals(3, requests.size());
    }

    @Test
    void bothSendingsAreAnswered_secondReplyIsPassedOver() {
        List<CnMsg> news = new ArrayList<>();
        run(
                (number, message, reply) -> {
                    if (number == 2) {
                        reply.send(answer(message));
                        reply.send(answer(message));
                    }
                },
                (process, socket) -> {
                    ConnectorClient client =
                            client(process, socket).onMessage((m, from) -> news.add(m)).build();
                    assertEquals("re a", client.call(ID, text("a")).text());
                    assertFalse(client.receive(TIMEOUT));
                    assertEquals(1, client.lateReplies());
                });
        assertEquals(List.of(), news);
    }

    @Test
    void replyAfterTheTimeOut_isPassedOver_andAnswersNobodyElse() {
        List<CnMsg> news = new ArrayList<>();
        run(
                (number, message, reply) -> {
                    if (number == 2) {
                        reply.send(answer(requests.get(0)));
                        reply.send(answer(message));
                    }
                },
                (process, socket) -> {
                    ConnectorClient client =
                            client(process, socket)
                                    .tries(1)
                                    .onMessage((m, from) -> news.add(m))
                                    .build();
                    assertErrno(Errno.ETIMEDOUT, client.start(ID, text("a")));
                    assertEquals("re b", client.call(ID, text("b")).text());
                    assertEquals(1, client.lateReplies());
                });
        assertEquals(List.of(), news);
    }

    @Test
    void whateverDiffersInANumber_isNew() {
        List<String> news = new ArrayList<>();
        run(
                (number, message, reply) -> {
                    CnMsg.Builder builder = CnMsg.builder(ID).seq(message.seq());
                    reply.send(builder.ack(message.ack()).text("ack").build());
                    reply.send(builder.ack(message.ack() + 2).text("ack + 2").build());
                    builder.ack(message.ack() + 1);
                    reply.send(builder.seq(message.seq() + 1).text("seq + 1").build());
                    reply.send(answer(message));
                },
                (process, socket) -> {
                    ConnectorClient client =
                            client(process, socket)
                                    .onMessage((m, from) -> news.add(m.text()))
                                    .build();
                    assertEquals("re a", client.call(ID, text("a")).text());
                });
        assertEquals(List.of("ack", "ack + 2", "seq + 1"), news);
    }

    @Test
    void withoutTheAckRule_aNewMessageWithTheNumberIsTaken() {
        run(
                (number, message, reply) -> {
                    reply.send(CnMsg.builder(NEWS).seq(message.seq()).text("news").build());
                    reply.send(answer(message));
                },
                (process, socket) -> {
                    ConnectorClient client =
                            client(process, socket)
                                    .replyRule((requestSeq, requestAck, seq, ack) -> true)
                                    .build();
                    assertEquals("news", client.call(ID, text("a")).text());
                });
    }

    @Test
    void severalMessagesInOneNetlinkMessage_areTakenApart() {
        List<String> news = new ArrayList<>();
        run(
                (number, message, reply) -> {
                    byte[] first = CnMsg.builder(NEWS).text("news").build().toByteArray();
                    byte[] second = answer(message).toByteArray();
                    reply.send(CnMsg.over(ByteSlice.of(Bytes.concat(first, second))));
                },
                (process, socket) -> {
                    ConnectorClient client =
                            client(process, socket)
                                    .onMessage((m, from) -> news.add(m.text()))
                                    .build();
                    assertEquals("re a", client.call(ID, text("a")).text());
                });
        assertEquals(List.of("news"), news);
        assertEquals(1, requests.size());
    }

    // ---- Futures -------------------------------------------------------------------------------

    @Test
    void severalCalls_areAnsweredInAnyOrder() {
        List<String> done = new ArrayList<>();
        run(
                (number, message, reply) -> {
                    if (number == 3) {
                        reply.send(answer(requests.get(2)));
                        reply.send(answer(requests.get(0)));
                        reply.send(answer(requests.get(1)));
                    }
                },
                (process, socket) -> {
                    ConnectorClient client = client(process, socket).build();
                    List<ConnectorCall> calls = new ArrayList<>();
                    for (String name : List.of("a", "b", "c")) {
                        ConnectorCall call = client.start(ID, text(name));
                        call.whenDone(() -> done.add(Objects.requireNonNull(call.reply()).text()));
                        calls.add(call);
                    }
                    assertEquals(3, client.pendingCalls());
                    assertThrows(IllegalStateException.class, () -> calls.get(0).reply());
                    assertEquals("re b", calls.get(1).await().text());
                    assertTrue(calls.stream().allMatch(ConnectorCall::isDone));
                });
        assertEquals(List.of("re c", "re a", "re b"), done);
    }

    @Test
    void whenDone_mayMakeCalls() {
        List<String> done = new ArrayList<>();
        run(
                (number, message, reply) -> reply.send(answer(message)),
                (process, socket) -> {
                    ConnectorClient client = client(process, socket).build();
                    ConnectorCall first = client.start(ID, text("a"));
                    first.whenDone(() -> done.add(client.call(ID, text("b")).text()));
                    first.await();
                });
        assertEquals(List.of("re b"), done);
    }

    @Test
    void cancelledCall_isDone_andItsReplyIsPassedOver() {
        run(
                (number, message, reply) -> reply.send(answer(message)),
                (process, socket) -> {
                    ConnectorClient client = client(process, socket).build();
                    ConnectorCall call = client.start(ID, text("a"));
                    call.cancel();
                    call.cancel();
                    assertErrno(Errno.ECANCELED, call);
                    assertTrue(client.receive(Duration.ZERO));
                    assertEquals(1, client.lateReplies());
                });
    }

    @Test
    void unsendable_failsAtOnce() {
        run(
                (number, message, reply) -> reply.send(answer(message)),
                (process, socket) -> {
                    socket.setsockopt(SocketOption.SOL_SOCKET, SocketOption.SO_SNDBUF, 0);
                    ConnectorClient client = client(process, socket).build();
                    ConnectorCall call = client.start(ID, new byte[10_000]);
                    assertTrue(call.isDone());
                    assertErrno(Errno.EMSGSIZE, call);
                    assertEquals(0, call.sendings());
                });
    }

    // ---- Groups --------------------------------------------------------------------------------

    /** Two clients in turn in each other's hearing; what each was answered. */
    private List<String> twoMembers(
            KernelConfig config, UnaryOperator<ConnectorClient.Builder> as) {
        port = 1; // replies go to the group
        requests.clear();
        List<String> answers = new ArrayList<>();
        VirtualKernel kernel =
                boot(
                        config,
                        (number, message, reply) -> {
                            if (number == 2) {
                                reply.send(answer(requests.get(0)));
                                reply.send(answer(requests.get(1)));
                            }
                        });
        for (String name : List.of("a", "b")) {
            spawn(
                    kernel,
                    (process, socket) -> {
                        process.sleep(Duration.ofMillis(1)); // both are members now
                        ConnectorClient client = as.apply(client(process, socket).tries(1)).build();
                        answers.add(name + ": " + client.call(ID, text(name)).text());
                    });
        }
        end(kernel);
        return answers.stream().sorted().toList();
    }

    @Test
    void twoMembers_tellTheirRepliesApart() {
        for (int seed = 0; seed < 20; seed++) {
            assertEquals(
                    List.of("a: re a", "b: re b"),
                    twoMembers(KernelConfig.simulated(seed), builder -> builder));
        }
    }

    @Test
    void twoMembers_inTheQueuedEra_tellTheirRepliesApart() {
        KernelConfig config = KernelConfig.simulated(3).cpus(1).profile(Profile.V2_6_14);

        assertEquals(List.of("a: re a", "b: re b"), twoMembers(config, builder -> builder));
    }

    /** The known limit of the protocol: nothing but the random number tells the two apart. */
    @Test
    void twoMembers_withEqualRandomNumbers_takeEachOthersReplies() {
        List<String> answers = new ArrayList<>();
        port = 1;
        VirtualKernel kernel =
                boot(
                        KernelConfig.simulated(1),
                        (number, message, reply) -> {
                            if (number == 2) {
                                reply.send(answer(requests.get(0)));
                                reply.send(answer(requests.get(1)));
                            }
                        });
        for (String name : List.of("a", "b")) {
            spawn(
                    kernel,
                    (process, socket) -> {
                        process.sleep(Duration.ofMillis(1));
                        ConnectorClient client =
                                ConnectorClient.builder(
                                                socket, process.kernel().clock()::ns, () -> 42)
                                        .build();
                        answers.add(client.call(ID, text(name)).text());
                    });
        }
        end(kernel);
        assertEquals(1, answers.stream().distinct().count(), answers::toString);
    }

    // ---- Losses --------------------------------------------------------------------------------

    private static CnMsg news(int seq) {
        return CnMsg.builder(NEWS).seq(seq).text("news " + Integer.toUnsignedString(seq)).build();
    }

    /** The second loss was noticed before the user read again because of the first. */
    @Test
    void gapInTheNumbers_isALoss_toldBeforeTheMessageBehindIt() {
        List<String> seen = new ArrayList<>();
        run(
                (number, message, reply) -> {
                    for (int seq : new int[] {-2, -1, 2, 3, 3, 4}) {
                        reply.send(news(seq));
                    }
                    reply.send(answer(message));
                },
                (process, socket) -> {
                    ConnectorClient client =
                            client(process, socket)
                                    .numbered(NEWS)
                                    .onMessage((m, from) -> seen.add(m.text()))
                                    .onLoss(loss -> seen.add(loss.kind() + " " + loss.missing()))
                                    .build();
                    client.call(ID, text("a"));
                    assertEquals(2, client.losses());
                });
        assertEquals(
                List.of(
                        "news 4294967294",
                        "news 4294967295",
                        "GAP 2",
                        "news 2",
                        "news 3",
                        "news 3",
                        "news 4"),
                seen);
    }

    @Test
    void overrun_isALoss_afterWhichTheUserReadsAgain() {
        List<String> seen = new ArrayList<>();
        run(
                (number, message, reply) -> {
                    if (message.text().equals("flood")) {
                        for (int seq = 1; seq <= 20; seq++) {
                            reply.send(news(seq));
                        }
                    }
                    reply.send(answer(message));
                },
                (process, socket) -> {
                    socket.setReceiveBuffer(0);
                    ConnectorClient[] self = new ConnectorClient[1];
                    ConnectorClient client =
                            client(process, socket)
                                    .numbered(NEWS)
                                    .onMessage((m, from) -> seen.add(m.text()))
                                    .onLoss(loss ->
                                            seen.add(
                                                    loss.kind()
                                                            + ": "
                                                            + self[0].call(ID, text("all")).text()))
                                    .build();
                    self[0] = client;
                    // Its reply finds no room and is lost; the second sending's is not.
                    assertErrno(Errno.ETIMEDOUT, client.start(ID, text("flood")));
                });
        assertTrue(seen.contains("OVERRUN: re all"), seen::toString);
        assertTrue(seen.contains("news 1"), seen::toString);
    }

    @Test
    void handlers_areNotCalledInsideOfEachOther() {
        List<String> seen = new ArrayList<>();
        run(
                (number, message, reply) -> {
                    reply.send(news(2 * number));
                    reply.send(news(2 * number + 1));
                    reply.send(answer(message));
                },
                (process, socket) -> {
                    ConnectorClient[] self = new ConnectorClient[1];
                    ConnectorClient client =
                            client(process, socket)
                                    .onMessage((m, from) -> {
                                        seen.add("begin " + m.seq());
                                        if (m.seq() == 2) {
                                            self[0].call(ID, text("inner"));
                                        }
                                        seen.add("end " + m.seq());
                                    })
                                    .build();
                    self[0] = client;
                    client.call(ID, text("outer"));
                });
        assertEquals(
                "2 2 3 3 4 4 5 5",
                seen.stream().map(s -> s.replaceAll("\\D", "")).collect(Collectors.joining(" ")));
    }

    @Test
    void messageLongerThanTheBuffer_isALoss() {
        run(
                (number, message, reply) ->
                        reply.send(SeqAck.replyTo(message).data(new byte[200]).build()),
                (process, socket) -> {
                    List<Loss> losses = new ArrayList<>();
                    ConnectorClient client =
                            client(process, socket).bufferBytes(100).onLoss(losses::add).build();
                    assertErrno(Errno.ETIMEDOUT, client.start(ID, text("a")));
                    assertEquals(Loss.Kind.TRUNCATED, losses.getFirst().kind());
                });
    }

    @Test
    void receiveFor_sendsAgainWhatIsDue() {
        run(
                (number, message, reply) -> {
                    if (number == 2) {
                        reply.send(answer(message));
                    }
                },
                (process, socket) -> {
                    ConnectorClient client = client(process, socket).build();
                    ConnectorCall call = client.start(ID, text("a"));
                    client.receiveFor(TIMEOUT.multipliedBy(2));
                    assertTrue(call.isDone());
                    assertEquals(0, call.errno());
                });
        assertEquals(2, requests.size());
    }
}
