package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;

/** What cn_netlink_send() answers, and who gets the message; all recorded on Linux. */
class ConnectorSendTest {
    private static final CbId ID = CbId.of(14, 0x456);
    private static final int GROUP = 14;
    private static final int NOBODY = 0x7fffffff;

    private static CnMsg message(CbId id, int dataLength) {
        return CnMsg.builder(id).seq(7).ack(8).data(new byte[dataLength]).build();
    }

    private static CnMsg message() {
        return message(ID, 5);
    }

    private static int pidOf(NetlinkSocket socket) {
        return socket.getsockname().pid();
    }

    @Test
    void toPort_delivered_answersPaddedLength() {
        try (var fixture = ConnectorFixture.boot();
                var port = fixture.member()) {
            assertEquals(44, fixture.send(message(), pidOf(port), 0));
            assertEquals(message(), ConnectorFixture.next(port));
        }
    }

    @Test
    void toGroup_delivered_answersZero() {
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(GROUP)) {
            assertEquals(0, fixture.send(message(), 0, GROUP));
            assertEquals(message(), ConnectorFixture.next(member));
        }
    }

    @Test
    void toPortAndGroup_portIsMember_isLeftOut() {
        try (var fixture = ConnectorFixture.boot();
                var named = fixture.member(GROUP);
                var other = fixture.member(GROUP)) {
            assertEquals(0, fixture.send(message(), pidOf(named), GROUP));
            assertNull(ConnectorFixture.next(named));
            assertEquals(message(), ConnectorFixture.next(other));
        }
    }

    @Test
    void toPortAndGroup_portIsOnlyMember_isEsrch() {
        try (var fixture = ConnectorFixture.boot();
                var named = fixture.member(GROUP)) {
            assertEquals(-Errno.ESRCH, fixture.send(message(), pidOf(named), GROUP));
            assertNull(ConnectorFixture.next(named));
        }
    }

    @Test
    void byId_notRegistered_isEnodevEvenWithListeners() {
        try (var fixture = ConnectorFixture.boot();
                var _ = fixture.member(GROUP)) {
            fixture.add(CbId.of(GROUP, 1), "other_value");

            assertEquals(-Errno.ENODEV, fixture.send(message(), 0, 0));
            fixture.del(CbId.of(GROUP, 1));
        }
    }

    @Test
    void byId_registeredWithoutListener_isEsrch() {
        try (var fixture = ConnectorFixture.boot()) {
            fixture.add(ID, "test");

            assertEquals(-Errno.ESRCH, fixture.send(message(), 0, 0));
            fixture.del(ID);
        }
    }

    @Test
    void byId_listener_getsItInTheGroupOfTheIndex() {
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(GROUP)) {
            fixture.add(ID, "test");

            assertEquals(0, fixture.send(message(), 0, 0));
            var received = member.recvmsg(4096, MsgFlag.MSG_DONTWAIT);
            assertEquals(new NetlinkAddress(0, NetlinkSocket.groups(GROUP)), received.from());
            fixture.del(ID);
        }
    }

    @Test
    void toGroup_noCallback_isDelivered() {
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(2)) {
            assertEquals(0, fixture.send(message(), 0, 2));
            assertNotNull(ConnectorFixture.next(member));
        }
    }

    @Test
    void toPort_nobodyHasIt_isEconnrefused() {
        try (var fixture = ConnectorFixture.boot()) {
            assertEquals(-Errno.ECONNREFUSED, fixture.send(message(), NOBODY, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {33, 34, 65, -1})
    void byId_indexAboveTheGroups_isEsrchAlways(int idx) {
        CbId id = CbId.of(idx, 1);
        AtomicInteger calls = new AtomicInteger();
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(1, 2)) {
            assertEquals(0, fixture.add(id, "high", (message, sender) -> calls.incrementAndGet()));

            assertEquals(-Errno.ESRCH, fixture.send(message(id, 0), 0, 0));
            assertEquals(-Errno.ESRCH, fixture.send(message(id, 0), 0, idx));
            assertEquals(-Errno.ESRCH, fixture.send(message(id, 0), NOBODY, idx));
            assertNull(ConnectorFixture.next(member), "group 33 is not group 1");
            ConnectorFixture.toKernel(member, message(id, 0));
            assertEquals(1, calls.get());
            fixture.del(id);
        }
    }

    @Test
    void byId_indexZero_isEsrch() {
        CbId id = CbId.of(0, 9);
        try (var fixture = ConnectorFixture.boot();
                var _ = fixture.member(1)) {
            assertEquals(0, fixture.add(id, "zero"));

            assertEquals(-Errno.ESRCH, fixture.send(message(id, 0), 0, 0));
            fixture.del(id);
        }
    }

    @Test
    void toGroup_memberIsNotBound_missesItUnlessAPortIsNamed() {
        try (var fixture = ConnectorFixture.boot();
                var unbound = fixture.socket()) {
            unbound.joinGroup(GROUP);

            assertEquals(-Errno.ESRCH, fixture.send(message(), 0, GROUP));
            assertEquals(0, fixture.send(message(), NOBODY, GROUP));
            assertNotNull(ConnectorFixture.next(unbound));
        }
    }

    @Test
    void toGroup_bindOfMemberFailed_isKnownByTheIdItWanted() {
        try (var fixture = ConnectorFixture.boot();
                var owner = fixture.member();
                var member = fixture.socket()) {
            member.joinGroup(GROUP);
            int wanted = pidOf(owner);
            assertThrows(ErrnoException.class, () -> member.bind(wanted, 0));

            assertEquals(-Errno.ESRCH, fixture.send(message(), wanted, GROUP));
            assertEquals(0, fixture.send(message(), 0, GROUP));
            assertNotNull(ConnectorFixture.next(member));
            assertEquals(44, fixture.send(message(), wanted, 0));
            assertNotNull(ConnectorFixture.next(owner), "unicasts go to the true owner");
        }
    }

    @Test
    void onTheWire_headerAndPadding_areAsRecorded() {
        CnMsg one = CnMsg.builder(ID).seq(0x12345678).ack(3).data(new byte[] {0x55}).build();
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(GROUP)) {
            assertEquals(0, fixture.send(one, 0, GROUP));

            byte[] bytes = ConnectorFixture.nextBytes(member);
            assertNotNull(bytes);
            assertEquals(40, bytes.length);
            assertArrayEquals(new byte[3], Arrays.copyOfRange(bytes, 37, 40));
            NlMsg header = NlMsg.parse(bytes);
            assertEquals(37, header.len());
            assertEquals(NlmsgType.NLMSG_DONE, header.type());
            assertEquals(0, header.flags());
            assertEquals(0, header.pid());
            assertEquals(0x12345678, header.seq());
            assertEquals(one, CnMsg.parse(header));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 5, 64, 65_535})
    void mult_length_isWhatTheCallerSaysAndNotTheMessage(int length) {
        byte[] data = new byte[65_535];
        Arrays.fill(data, (byte) 0x77);
        byte[] first = CnMsg.builder(ID).seq(1).data(data).claimLen(4).toByteArray();
        CnMsg message = CnMsg.over(ByteSlice.of(first));
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(GROUP)) {
            int result =
                    fixture.kernel.call(() ->
                            fixture.connector.netlinkSendMult(
                                    message, length, 0, GROUP, GfpMask.KERNEL));

            assertEquals(0, result);
            byte[] bytes = ConnectorFixture.nextBytes(member);
            assertNotNull(bytes);
            assertArrayEquals(
                    Arrays.copyOf(first, 20 + length), NlMsg.parse(bytes).payload().toByteArray());
        }
    }

    @Test
    void mult_filter_keepsMembersOut() {
        try (var fixture = ConnectorFixture.boot();
                var spared = fixture.member(GROUP);
                var served = fixture.member(GROUP)) {
            Integer out = pidOf(spared);
            int result =
                    fixture.kernel.call(() ->
                            fixture.connector.netlinkSendMult(
                                    message(),
                                    5,
                                    0,
                                    GROUP,
                                    GfpMask.KERNEL,
                                    (receiver, skb, data) -> out.equals(receiver.portid()),
                                    "noted"));

            assertEquals(0, result);
            assertNull(ConnectorFixture.next(spared));
            assertNotNull(ConnectorFixture.next(served));
        }
    }

    @Test
    void mult_messageShorterThanSaid_isReported() {
        var fixture = ConnectorFixture.boot();
        CnMsg tooShort = message(ID, 4);
        try (var _ = fixture.member(GROUP)) {
            fixture.kernel.call(
                    () -> fixture.connector.netlinkSendMult(tooShort, 5, 0, GROUP, GfpMask.KERNEL));
            throw new AssertionError("no report");
        } catch (KernelFailedException failed) {
            assertEquals("out-of-bounds read", failed.reports().getFirst().rule());
        }
        fixture.kernel.shutdown();
    }

    @Test
    void toPort_receiverIsConnected_refusesUnlessToTheKernel() {
        try (var fixture = ConnectorFixture.boot();
                var listener = fixture.member(GROUP)) {
            listener.connect(NOBODY, 0);
            assertEquals(-Errno.ECONNREFUSED, fixture.send(message(), pidOf(listener), 0));
            assertEquals(0, fixture.send(message(), 0, GROUP));

            listener.connect(0, 0);
            assertEquals(44, fixture.send(message(), pidOf(listener), 0));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answers_areTheSameForKernelAndAtomic(boolean atomic) {
        GfpMask gfp = atomic ? GfpMask.ATOMIC : GfpMask.KERNEL;
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(GROUP)) {
            assertEquals(0, fixture.send(message(), 0, GROUP, gfp));
            assertEquals(44, fixture.send(message(), pidOf(member), 0, gfp));
            assertEquals(-Errno.ENODEV, fixture.send(message(), 0, 0, gfp));
            assertEquals(-Errno.ESRCH, fixture.send(message(), 0, 3, gfp));
            assertEquals(-Errno.ECONNREFUSED, fixture.send(message(), NOBODY, 0, gfp));
        }
    }

    // ---- Full receivers ------------------------------------------------------------------------

    private static int fill(ConnectorFixture fixture, NetlinkSocket socket) {
        socket.setReceiveBuffer(0);
        int sent = 0;
        while (fixture.send(message(), pidOf(socket), 0, GfpMask.ATOMIC) > 0) {
            sent++;
        }
        return sent;
    }

    @Test
    void toPort_fullAndAtomic_isEagainDropAndEnobufs() {
        try (var fixture = ConnectorFixture.boot(Profile.V6_1);
                var full = fixture.member()) {
            int sent = fill(fixture, full);
            assertEquals(3, sent, "2304 bytes hold three of 768");
            assertEquals(-Errno.EAGAIN, fixture.send(message(), pidOf(full), 0, GfpMask.ATOMIC));

            assertEquals(
                    Errno.ENOBUFS, full.getsockopt(SocketOption.SOL_SOCKET, SocketOption.SO_ERROR));
            assertTrue(
                    fixture.kernel
                            .readProc("/proc/net/netlink")
                            .lines()
                            .anyMatch(row -> row.matches(".* 2304 .* 0 +2 +2 +\\d+ *")),
                    () -> fixture.kernel.readProc("/proc/net/netlink"));
        }
    }

    @Test
    void toPort_fullAndKernel_sleepsUntilThereIsRoom() {
        try (var fixture = ConnectorFixture.boot();
                var full = fixture.member()) {
            int sent = fill(fixture, full);
            int portid = pidOf(full);
            int[] result = {Integer.MIN_VALUE};
            UserProcess sender =
                    fixture.kernel.spawn(
                            "sender",
                            process ->
                                    result[0] =
                                            fixture.kernel.call(() ->
                                                    fixture.connector.netlinkSend(
                                                            message(), portid, 0, GfpMask.KERNEL)));
            fixture.kernel.runFor(Duration.ofSeconds(60));
            assertEquals(Integer.MIN_VALUE, result[0], "it waits");

            assertThrows(ErrnoException.class, () -> full.receive(100, MsgFlag.MSG_DONTWAIT));
            for (int i = 0; i < sent; i++) {
                assertNotNull(ConnectorFixture.next(full));
            }
            fixture.kernel.join(sender);
            assertEquals(44, result[0]);
            assertNotNull(ConnectorFixture.next(full));
        }
    }

    @Test
    void toGroup_allMembersFull_isEsrch() {
        try (var fixture = ConnectorFixture.boot();
                var full = fixture.member(GROUP)) {
            fill(fixture, full);

            assertEquals(-Errno.ESRCH, fixture.send(message(), 0, GROUP));
            try (var other = fixture.member(GROUP)) {
                assertEquals(0, fixture.send(message(), 0, GROUP));
                assertNotNull(ConnectorFixture.next(other));
            }
        }
    }

    // ---- No memory -----------------------------------------------------------------------------

    @Test
    void send_noMemory_isEnomem() {
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(GROUP)) {
            fixture.kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> true));
            assertEquals(-Errno.ENOMEM, fixture.send(message(), 0, GROUP));
            assertEquals(-Errno.ENOMEM, fixture.send(message(), pidOf(member), 0));
            assertEquals(-Errno.ENOMEM, fixture.add(ID, "test"));
            fixture.kernel.mm().setFaults(null);

            assertEquals("Name            ID\ncn_proc         1:1\n", fixture.procConnector());
        }
    }

    @Test
    void send_everyProfile_worksAlike() {
        for (Profile profile : Profile.all()) {
            try (var fixture = ConnectorFixture.boot(KernelConfig.simulated(3).profile(profile));
                    var member = fixture.member(GROUP)) {
                fixture.add(ID, "test");
                assertEquals(0, fixture.send(message(), 0, 0), profile::name);
                assertEquals(message(), ConnectorFixture.next(member));
                fixture.del(ID);
            }
        }
    }
}
