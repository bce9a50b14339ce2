package org.vkernel.testmodules.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.user.ConnectorClient;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.SeqAck;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;

class KvStoreTest {
    /** A process with a socket. */
    @FunctionalInterface
    private interface Body {
        void run(UserProcess process, NetlinkSocket socket);
    }

    private static void run(Profile profile, Body body, String... params) {
        try (VirtualKernel kernel =
                VirtualKernel.boot(KernelConfig.simulated(1).profile(profile))) {
            kernel.modprobe(KvStore.class, params);
            kernel.join(
                    kernel.spawn(
                            "client",
                            process -> {
                                try (NetlinkSocket socket = open(process)) {
                                    body.run(process, socket);
                                }
                            }));
        }
    }

    private static void run(Body body, String... params) {
        run(Profile.DEFAULT, body, params);
    }

    private static NetlinkSocket open(UserProcess process) {
        NetlinkSocket socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
        socket.bind(NetlinkSocket.AUTO, KvClient.groups());
        return socket;
    }

    private static ConnectorClient.Builder client(UserProcess process, NetlinkSocket socket) {
        return ConnectorClient.builder(process, socket).timeout(Duration.ofMillis(1));
    }

    private static void assertErrno(int errno, Runnable call) {
        assertEquals(errno, assertThrows(ErrnoException.class, call::run).errno());
    }

    /** Sends a message with these numbers, and reads its answer past all else. */
    private static KvAnswer ask(NetlinkSocket socket, int seq, int ack, KvRequest request) {
        CnMsg message =
                CnMsg.builder(KvStore.REQUESTS)
                        .seq(seq)
                        .ack(ack)
                        .data(request.toByteArray())
                        .build();
        var _ = socket.sendTo(message.toNlMsg(0).toByteArray(), NetlinkAddress.KERNEL);
        for (; ; ) {
            CnMsg received = CnMsg.parse(NlMsg.parse(socket.receive(20_000)));
            if (SeqAck.classify(message, received) == SeqAck.Kind.REPLY) {
                return KvAnswer.parse(received.data());
            }
        }
    }

    private static long openSession(NetlinkSocket socket, int seq) {
        return ask(socket, seq, 7, new KvRequest(KvOp.OPEN, 0, "", "")).session();
    }

    private static KvRequest append(long session, String text) {
        return new KvRequest(KvOp.APPEND, session, "k", text);
    }

    // ---- What it does --------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"6.18", "6.1", "2.6.14"})
    void everyOperation_doesWhatItSays(String profile) {
        run(
                Profile.of(profile),
                (process, socket) -> {
                    KvClient store = new KvClient(client(process, socket).firstSeq(-2).build());
                    assertEquals(Optional.empty(), store.get("a"));
                    store.put("a", "1");
                    assertEquals(Optional.of("1"), store.get("a"));
                    assertEquals("12", store.append("a", "2"));
                    assertEquals("x", store.append("b", "x"));
                    assertEquals(ImmutableMap.of("a", "12", "b", "x"), store.all());
                    assertTrue(store.delete("a"));
                    assertFalse(store.delete("a"));
                    assertEquals(ImmutableMap.of("b", "x"), store.all());
                });
    }

    @Test
    void limits_areKept() {
        run((process, socket) -> {
            KvClient store = new KvClient(client(process, socket).build());
            assertErrno(Errno.ENOSPC, () -> store.put("k".repeat(KvStore.KEY_MAX + 1), ""));
            assertErrno(Errno.ENOSPC, () -> store.put("k", "v".repeat(KvStore.VALUE_MAX + 1)));
            for (int i = 0; i < KvStore.KEYS_MAX; i++) {
                store.put(String.format("%032d", i), "v".repeat(KvStore.VALUE_MAX));
            }
            assertErrno(Errno.ENOSPC, () -> store.put("one more", ""));
            assertErrno(Errno.ENOSPC, () -> store.append(String.format("%032d", 0), "v"));
            assertEquals(KvStore.KEYS_MAX, store.all().size());
        });
    }

    @Test
    void brokenRequest_isRefused() {
        run((process, socket) -> {
            ConnectorClient client = client(process, socket).build();
            byte[] whole = append(1, "text").toByteArray();
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                CnMsg reply = client.call(KvStore.REQUESTS, cut);
                assertEquals(Errno.EINVAL, KvAnswer.parse(reply.data()).error());
            }
        });
    }

    // ---- What it remembers ---------------------------------------------------------------------

    @Test
    void repeatedRequest_isAnsweredFromMemory() {
        run((process, socket) -> {
            long session = openSession(socket, 1);
            assertEquals(session, openSession(socket, 1));
            KvAnswer first = ask(socket, 2, 9, append(session, "a"));
            KvAnswer other = ask(socket, 3, 9, append(session, "b"));

            assertEquals(first, ask(socket, 2, 9, append(session, "a")));
            assertEquals(ImmutableMap.of("k", "ab"), other.entries());
            assertTrue(process.readFile("/proc/kv_store").contains("applied 2\nrepeated 1\n"));
        });
    }

    @Test
    void requestBehindTheWindow_isRefused_andNotApplied() {
        run(
                (process, socket) -> {
                    long session = openSession(socket, -2);
                    for (int seq = -1; seq <= 2; seq++) {
                        assertEquals(0, ask(socket, seq, 9, append(session, "x")).error());
                    }
                    assertEquals(Errno.ESTALE, ask(socket, 0, 9, append(session, "x")).error());
                    assertEquals(0, ask(socket, 1, 9, append(session, "x")).error());
                    assertEquals(
                            ImmutableMap.of("k", "xxxx"),
                            ask(socket, 3, 9, new KvRequest(KvOp.GET, session, "k", "")).entries());
                },
                "window=2");
    }

    @Test
    void lateRequestInsideTheWindow_thatWasNotApplied_isApplied() {
        run((process, socket) -> {
            long session = openSession(socket, 1);
            ask(socket, 5, 9, append(session, "b"));
            assertEquals(
                    ImmutableMap.of("k", "ba"), ask(socket, 4, 9, append(session, "a")).entries());
        });
    }

    @Test
    void numberUsedTwice_isRefused() {
        run((process, socket) -> {
            long session = openSession(socket, 1);
            ask(socket, 2, 9, append(session, "a"));
            assertEquals(Errno.ESTALE, ask(socket, 2, 10, append(session, "b")).error());
        });
    }

    @Test
    void sessionOfAnotherPort_isRefused() {
        run((process, socket) -> {
            long session = openSession(socket, 1);
            try (NetlinkSocket other = open(process)) {
                assertEquals(Errno.ESTALE, ask(other, 2, 9, append(session, "a")).error());
            }
            assertEquals(Errno.ESTALE, ask(socket, 3, 9, append(session + 1, "a")).error());
            assertEquals(0, ask(socket, 4, 9, append(session, "a")).error());
        });
    }

    @Test
    void forgottenSession_writesFail_readsBeginAnother() {
        run(
                (process, socket) -> {
                    KvClient store = new KvClient(client(process, socket).build());
                    store.put("k", "v");
                    openSession(socket, 1000);
                    assertErrno(Errno.ESTALE, () -> store.append("k", "w"));
                    assertEquals(Optional.of("v"), store.get("k"));
                    openSession(socket, 1001);
                    assertEquals(Optional.of("v"), store.get("k"));
                    assertEquals("vw", store.append("k", "w"));
                },
                "sessions=1");
    }

    @Test
    void loadedAgain_knowsNoSessionOfBefore() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.modprobe(KvStore.class);
            kernel.join(
                    kernel.spawn(
                            "client",
                            process -> {
                                try (NetlinkSocket socket = open(process)) {
                                    KvClient store = new KvClient(client(process, socket).build());
                                    store.put("k", "v");
                                    kernel.rmmod("kv_store");
                                    assertErrno(Errno.ETIMEDOUT, () -> store.put("k", "w"));
                                    kernel.modprobe(KvStore.class);
                                    assertErrno(Errno.ESTALE, () -> store.put("k", "w"));
                                    assertEquals(Optional.empty(), store.get("k"));
                                }
                            }));
        }
    }

    // ---- Changes -------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"6.18", "2.6.14"})
    void mirror_followsChanges_andReadsAgainWhatItLost(String profile) {
        run(
                Profile.of(profile),
                (process, socket) -> {
                    KvMirror mirror;
                    try (NetlinkSocket quiet = open(process)) {
                        mirror = new KvMirror(client(process, quiet));
                        assertTrue(mirror.readAgain());
                        KvClient store = new KvClient(client(process, socket).build());
                        store.put("a", "1");
                        store.append("b", "2");
                        assertTrue(mirror.client().receive(Duration.ofMillis(10)));
                        assertEquals(ImmutableMap.of("a", "1", "b", "2"), mirror.entries());
                        assertEquals(1, mirror.readings());

                        quiet.setReceiveBuffer(0);
                        for (int i = 0; i < 10; i++) {
                            store.append("b", "x");
                        }
                        assertTrue(store.delete("a"));
                        mirror.client().receiveFor(Duration.ofMillis(10));
                        assertTrue(mirror.isCurrent());
                        assertEquals(
                                "2xxxxxxxxxx", Objects.requireNonNull(mirror.entries().get("b")));
                        assertEquals(store.all(), mirror.entries());
                        assertTrue(mirror.readings() > 1);
                    }
                });
    }

    @Test
    void messages_roundTrip() {
        KvRequest request = new KvRequest(KvOp.PUT, -1, "schlüssel", "wert");
        assertEquals(request, KvRequest.parse(slice(request.toByteArray())));
        KvAnswer answer = new KvAnswer(2, -3, -4, ImmutableMap.of("a", "", "b", "c"));
        assertEquals(answer, KvAnswer.parse(slice(answer.toByteArray())));
        for (KvChange change : new KvChange[] {new KvChange("a", null), new KvChange("a", "")}) {
            assertEquals(change, KvChange.parse(slice(change.toByteArray())));
        }
    }

    private static ByteSlice slice(byte[] bytes) {
        return ByteSlice.of(bytes);
    }
}
