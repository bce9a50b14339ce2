package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;

/** What becomes of messages that processes send to the connector; all recorded on Linux. */
class ConnectorReceiveTest {
    private static final CbId ID = CbId.of(14, 0x456);

    /** What the callback of {@link #ID} saw. */
    private record Call(CnMsg message, int portid, int dstGroup, int pid, boolean inInterrupt) {}

    private final List<Call> calls = new ArrayList<>();

    private void register(ConnectorFixture fixture) {
        fixture.add(
                ID,
                "test",
                (message, sender) ->
                        calls.add(
                                new Call(
                                        message.copy(),
                                        sender.portid(),
                                        sender.dstGroup(),
                                        sender.pid(),
                                        fixture.kernel.sched().inInterrupt())));
    }

    private static CnMsg message(int dataLength) {
        return CnMsg.builder(ID).seq(5).ack(6).data(new byte[dataLength]).build();
    }

    @Test
    void send_registeredId_callsItBeforeTheSendReturns() {
        try (var fixture = ConnectorFixture.boot();
                var socket = fixture.member()) {
            register(fixture);

            assertEquals(41, ConnectorFixture.toKernel(socket, message(5)));
            int portid = socket.getsockname().pid();
            assertEquals(List.of(new Call(message(5), portid, 0, 1, false)), calls);
            fixture.del(ID);
        }
    }

    @Test
    void send_fromProcess_runsTheCallbackInItsContext() {
        try (var fixture = ConnectorFixture.boot()) {
            List<UserProcess> running = new ArrayList<>();
            fixture.add(
                    ID,
                    "test",
                    (message, sender) -> {
                        UserProcess process = fixture.kernel.sched().current().process();
                        assertNotNull(process);
                        assertEquals(process.tgid(), sender.pid());
                        assertEquals(1000, sender.uid());
                        assertEquals(1000, sender.gid());
                        running.add(process);
                    });
            UserProcess sender =
                    fixture.kernel.spawn(
                            "sender",
                            1000,
                            process -> {
                                try (var socket = NetlinkSocket.open(process, 2, 11)) {
                                    ConnectorFixture.toKernel(socket, message(0));
                                }
                            });
            fixture.kernel.join(sender);

            assertEquals(List.of(sender), running);
            fixture.del(ID);
        }
    }

    // ---- Lengths -------------------------------------------------------------------------------

    /** Sends {@code bytes} bytes whose header claims nlmsg_len, and a cn_msg that claims len. */
    private int sendRaw(ConnectorFixture fixture, int bytes, int nlmsgLen, int len) {
        try (var socket = fixture.member()) {
            byte[] data = new byte[Math.max(0, bytes - 36)];
            byte[] cn = CnMsg.builder(ID).data(data).claimLen(len).toByteArray();
            byte[] whole =
                    NlMsg.builder()
                            .type(NlmsgType.NLMSG_DONE)
                            .payload(cn)
                            .claimLen(nlmsgLen)
                            .toByteArray();
            return socket.sendTo(Arrays.copyOf(whole, bytes), NetlinkAddress.KERNEL);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "15, 15, 0, 0", // shorter than a netlink header
        "36, 35, 0, 0", // nlmsg_len below both headers
        "36, 0, 0, 0",
        "36, 16, 0, 0",
        "36, -1, 0, 0", // as a signed payload length it is negative
        "36, 2147483647, 0, 0",
        "36, 37, 0, 0", // nlmsg_len beyond what was sent
        "36, 36, 1, 0", // cn_msg.len beyond nlmsg_len
        "40, 38, 3, 0",
        "36, 36, 65535, 0",
        "36, 36, 0, 1",
        "40, 39, 3, 1", // the padding is sent as well
        "40, 40, 3, 1", // trailing bytes
        "140, 36, 0, 1",
        "16400, 16400, 0, 1", // 16384 with the cn_msg's header
        "16400, 16400, 16364, 1",
        "16404, 16401, 0, 0",
        "20000, 16400, 16364, 1", // what is sent may exceed it
        "20000, 16401, 16364, 0",
    })
    void send_lengths_areCheckedInSilence(int bytes, int nlmsgLen, int len, int called) {
        try (var fixture = ConnectorFixture.boot()) {
            register(fixture);

            assertEquals(bytes, sendRaw(fixture, bytes, nlmsgLen, len));
            assertEquals(called, calls.size());
            fixture.del(ID);
        }
    }

    @Test
    void send_unknownId_isDroppedInSilence() {
        try (var fixture = ConnectorFixture.boot();
                var socket = fixture.member()) {
            assertEquals(36, ConnectorFixture.toKernel(socket, message(0)));
            assertNull(ConnectorFixture.next(socket));
        }
    }

    @Test
    void send_greatestMessage_is1024InTheQueuedErasProfile() {
        try (var fixture = ConnectorFixture.boot(Profile.V2_6_14)) {
            assertEquals(1024, fixture.kernel.profile().connectorMaxMessageSize());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {NlmsgType.NLMSG_NOOP, NlmsgType.NLMSG_ERROR, NlmsgType.NLMSG_DONE, 0x4711})
    void send_anyTypeFlagsAndPid_areNotLookedAtAndNotAnswered(int type) {
        try (var fixture = ConnectorFixture.boot();
                var socket = fixture.member()) {
            register(fixture);
            byte[] bytes =
                    NlMsg.builder()
                            .type(type)
                            .flags(0xffff)
                            .seq(99)
                            .pid(4711)
                            .payload(message(0).bytes())
                            .toByteArray();

            assertEquals(36, socket.sendTo(bytes, NetlinkAddress.KERNEL));
            assertEquals(socket.getsockname().pid(), calls.getFirst().portid());
            assertNull(ConnectorFixture.next(socket));
            fixture.del(ID);
        }
    }

    @Test
    void send_severalMessages_onlyTheFirstIsTaken() {
        CnMsg second = CnMsg.builder(ID).seq(6).build();
        byte[] two = NlMsg.join(List.of(message(4).toNlMsg(0), second.toNlMsg(0)));
        byte[] nested = new byte[message(4).bytes().length() + second.bytes().length()];
        message(4).bytes().copyTo(nested, 0);
        second.bytes().copyTo(nested, message(4).bytes().length());
        byte[] both = NlMsg.builder().payload(nested).toByteArray();
        try (var fixture = ConnectorFixture.boot();
                var socket = fixture.member()) {
            register(fixture);

            assertEquals(two.length, socket.sendTo(two, NetlinkAddress.KERNEL));
            assertEquals(both.length, socket.sendTo(both, NetlinkAddress.KERNEL));
            assertEquals(
                    List.of(message(4), message(4)), calls.stream().map(Call::message).toList());
            fixture.del(ID);
        }
    }

    // ---- Multicasts of processes ---------------------------------------------------------------

    @Test
    void multicast_toTheKernelAndGroups_reachesMembersAndTheCallback() {
        try (var fixture = ConnectorFixture.boot();
                var sender = fixture.member(2, 14);
                var two = fixture.member(2);
                var fourteen = fixture.member(14)) {
            register(fixture);
            var to = new NetlinkAddress(0, NetlinkSocket.groups(2, 14));

            assertEquals(36, sender.sendTo(message(0).toNlMsg(0).toByteArray(), to));
            assertEquals(2, calls.getFirst().dstGroup());
            assertNotNull(ConnectorFixture.next(two));
            assertNull(ConnectorFixture.next(fourteen), "only the lowest bit counts");
            assertNull(ConnectorFixture.next(sender));
            fixture.del(ID);
        }
    }

    @Test
    void multicast_toAPortAndGroup_doesNotCallTheKernel() {
        try (var fixture = ConnectorFixture.boot();
                var sender = fixture.member();
                var named = fixture.member(14);
                var member = fixture.member(14)) {
            register(fixture);
            var to = new NetlinkAddress(named.getsockname().pid(), NetlinkSocket.groups(14));

            assertEquals(36, sender.sendTo(message(0).toNlMsg(0).toByteArray(), to));
            assertEquals(List.of(), calls);
            assertNotNull(ConnectorFixture.next(named));
            assertNull(ConnectorFixture.next(named), "it gets it once");
            assertNotNull(ConnectorFixture.next(member));
            fixture.del(ID);
        }
    }

    // ---- Callbacks that break rules ------------------------------------------------------------

    @Test
    void callback_keepsItsMessage_useAfterItsReturnIsReported() {
        var fixture = ConnectorFixture.boot();
        CnMsg[] kept = new CnMsg[1];
        fixture.add(ID, "test", (message, sender) -> kept[0] = message);
        try (var socket = fixture.member()) {
            ConnectorFixture.toKernel(socket, message(4));
            var failed =
                    assertThrows(
                            KernelFailedException.class,
                            () -> fixture.kernel.call(() -> kept[0].seq()));

            assertEquals("use after free of an sk_buff", failed.reports().getFirst().rule());
        } catch (KernelFailedException closing) {
            assertEquals(1, closing.reports().size());
        }
        fixture.kernel.shutdown();
    }

    @Test
    void callback_throws_isAnOops() {
        var fixture = ConnectorFixture.boot();
        fixture.add(
                ID,
                "test",
                (message, sender) -> {
                    throw new IllegalStateException("broken on purpose");
                });
        try (var socket = fixture.member()) {
            var failed =
                    assertThrows(
                            KernelFailedException.class,
                            () -> ConnectorFixture.toKernel(socket, message(0)));

            var report = failed.reports().getFirst();
            assertEquals("Oops: java.lang.IllegalStateException", report.rule());
            assertTrue(
                    report.stack().getFirst().contains("ConnectorReceiveTest"), report::toString);
        } catch (KernelFailedException closing) {
            assertEquals(1, closing.reports().size());
        }
        fixture.kernel.shutdown();
    }
}
