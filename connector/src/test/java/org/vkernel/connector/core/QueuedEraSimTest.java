package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.emulator.time.Timer;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;

/**
 * The connector of the queued era, fact by fact. Where a fact has its test:
 *
 * <ul>
 *   <li>constants: 32 groups, {@link #groups_are32}; messages up to 1024 bytes, {@link
 *       #lengths_areCheckedInSilence} and {@code QueuedDispatchSimTest}; layouts, {@code CnMsgTest}
 *       and {@code CnCtlMsgTest}
 *   <li>the own id: {@code CnOwnIdTest}; its group, {@link #ownId_groupIsNone}
 *   <li>requests: malformed, equal, duplicate, without memory, of anybody, staying when who asked
 *       has gone, {@code CnNoticesSimTest}; without a limit, {@link #requests_haveNoLimit}; of
 *       modules, {@link #request_ofKernelCode_isAsGoodAsAProcesss}
 *   <li>notices: when and in which order, {@code CnNoticesSimTest}; all rules at once, {@code
 *       CnNoticesModelSimTest}; on the wire, {@link #notice_onTheWire}; to groups that are none,
 *       {@link #request_forAGroupThatIsNone_tellsNobody}
 *   <li>sending: errnos and look-up, {@code ConnectorProperties}; the padded length, {@link
 *       #send_onTheWire_countsItsPadding}
 *   <li>receiving: {@link #lengths_areCheckedInSilence}, {@link #datagram_onlyTheFirstMessage}
 *   <li>dispatch: own work and shadow, loss, one worker for each CPU, {@code
 *       QueuedDispatchSimTest}; the window in which the entry counts as busy, {@link
 *       #message_whileTheCallbackRuns_needsMemory}
 *   <li>deletion: {@code QueuedDispatchSimTest}; the notice comes last, {@link
 *       #delCallback_tellsWhenNoCallRunsAnyMore}
 *   <li>exit: {@link #rmmod_withARequestQueued_handlesItFirst}, {@link
 *       #rmmod_withCallsOfAForgottenCallbackQueued_callsThemAndWaits}; what is left of requests,
 *       {@code CnNoticesSimTest}
 *   <li>errors of registration: {@link #addCallback_errors}
 *   <li>what a callback may do: {@code CallbackActionsSimTest}
 *   <li>slips of the old text: {@code CnVariantsTest}
 * </ul>
 */
class QueuedEraSimTest {
    private static final int SEEDS = 10;
    private static final CbId CONNECTOR = CbId.of(-1, -1);
    private static final CbId ID = CbId.of(14, 0x456);
    private static final CnNotifyReq ALL = new CnNotifyReq(0, -1);

    private static KernelConfig config(int seed, int cpus) {
        return KernelConfig.simulated(seed).cpus(cpus).profile(Profile.V2_6_14);
    }

    private static ConnectorFixture boot() {
        return ConnectorFixture.boot(config(1, 2));
    }

    private static CnCtlMsg wish(int group) {
        return CnCtlMsg.of(group, List.of(ALL), List.of(ALL));
    }

    private static CnMsg control(CnCtlMsg request) {
        return CnMsg.builder(CONNECTOR).data(request.bytes()).build();
    }

    private static void ask(ConnectorFixture fixture, CnCtlMsg request) {
        try (var socket = fixture.member()) {
            ConnectorFixture.toKernel(socket, control(request));
        }
        settle(fixture);
    }

    private static void settle(ConnectorFixture fixture) {
        fixture.kernel.run(() -> fixture.kernel.timers().msleep(50));
    }

    private static int count(NetlinkSocket member) {
        int count = 0;
        while (ConnectorFixture.next(member) != null) {
            count++;
        }
        return count;
    }

    // ---- Groups --------------------------------------------------------------------------------

    @Test
    void groups_are32() {
        try (var fixture = boot();
                var socket = fixture.socket()) {
            socket.joinGroup(32);
            var refused = assertThrows(ErrnoException.class, () -> socket.joinGroup(33));
            assertEquals(Errno.EINVAL, refused.errno());
        }
    }

    @Test
    void ownId_groupIsNone() {
        try (var fixture = boot();
                var _ = fixture.member(1, 32)) {
            assertEquals(-Errno.ESRCH, fixture.send(CnMsg.builder(CONNECTOR).build(), 0, 0));
        }
    }

    // ---- Requests and notices ------------------------------------------------------------------

    /** CN-07 is the era's behaviour. */
    @Test
    void requests_haveNoLimit() {
        int many = 100;
        try (var fixture = boot();
                var member = fixture.member(7)) {
            for (int i = 0; i < many; i++) {
                ask(fixture, wish(7));
            }
            fixture.add(ID, "test");
            assertEquals(many, count(member));
            ask(fixture, wish(0));
            fixture.del(ID);
            assertEquals(0, count(member));
        }
    }

    @Test
    void request_ofKernelCode_isAsGoodAsAProcesss() {
        try (var fixture = boot();
                var member = fixture.member(7)) {
            assertEquals(36 + 32, fixture.toItself(control(wish(7))));
            settle(fixture);
            assertNull(ConnectorFixture.next(member), "a request is not answered");
            fixture.add(ID, "test");
            fixture.del(ID);
            assertEquals(2, count(member));
            assertEquals(36 + 32, fixture.toItself(control(wish(0))));
            settle(fixture);
            fixture.add(ID, "test");
            fixture.del(ID);
            assertEquals(0, count(member));
        }
    }

    @Test
    void notice_onTheWire() {
        try (var fixture = boot();
                var member = fixture.member(7)) {
            ask(fixture, wish(7));
            fixture.add(CbId.of(1, 2), "test");
            fixture.del(CbId.of(1, 2));
            ask(fixture, wish(0));
            byte[] came = {
                36, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // type DONE, seq 0, pid 0
                1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            };
            byte[] went = came.clone();
            went[28] = 1; // ack
            byte[][] seen = {
                ConnectorFixture.nextBytes(member), ConnectorFixture.nextBytes(member)
            };
            assertEquals(Arrays.toString(came), Arrays.toString(seen[0]));
            assertEquals(Arrays.toString(went), Arrays.toString(seen[1]));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {33, 0x123, -1})
    void request_forAGroupThatIsNone_tellsNobody(int group) {
        try (var fixture = boot();
                var member = fixture.member(1, 2, 3, 32)) {
            ask(fixture, wish(group));
            fixture.add(ID, "test");
            fixture.del(ID);
            assertEquals(0, count(member));
            ask(fixture, wish(0));
            assertEquals(List.of(), fixture.kernel.reports());
        }
    }

    // ---- Sending and receiving -----------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"2.6.14, 48", "6.1, 46", "6.18, 46"})
    void send_onTheWire_countsItsPadding(String profile, int nlmsgLen) {
        try (var fixture = ConnectorFixture.boot(Profile.of(profile));
                var member = fixture.member(14)) {
            CnMsg message = CnMsg.builder(ID).seq(77).text("message 1").build();
            assertEquals(0, fixture.send(message, 0, 14));
            byte[] bytes = Objects.requireNonNull(ConnectorFixture.nextBytes(member));
            assertEquals(48, bytes.length);
            assertEquals(nlmsgLen, bytes[0]);
            assertEquals(77, NlMsg.parse(bytes).seq());
            assertEquals(NlmsgType.NLMSG_DONE, NlMsg.parse(bytes).type());
            assertEquals(message, CnMsg.parse(NlMsg.parse(bytes)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "15, 15, 0, 0", // shorter than a netlink header
        "36, 35, 0, 0", // nlmsg_len below both headers
        "36, 20, 0, 0",
        "36, -1, 0, 0",
        "36, 37, 0, 0", // beyond what was sent
        "36, 36, 1, 0", // cn_msg.len beyond nlmsg_len
        "36, 36, 65535, 0",
        "36, 36, 0, 1",
        "140, 36, 0, 1", // trailing bytes
        "1040, 1040, 1004, 1", // 1024 with the cn_msg's header
        "1044, 1041, 0, 0",
        "2000, 1040, 1004, 1", // what is sent may exceed it
        "2000, 1041, 1004, 0",
    })
    void lengths_areCheckedInSilence(int bytes, int nlmsgLen, int len, int called) {
        try (var fixture = boot();
                var socket = fixture.member()) {
            int[] calls = {0};
            fixture.add(ID, "test", (message, sender) -> calls[0]++);
            byte[] data = new byte[Math.max(0, bytes - 36)];
            byte[] whole =
                    NlMsg.builder()
                            .type(NlmsgType.NLMSG_DONE)
                            .payload(CnMsg.builder(ID).data(data).claimLen(len).toByteArray())
                            .claimLen(nlmsgLen)
                            .toByteArray();
            assertEquals(bytes, socket.sendTo(Arrays.copyOf(whole, bytes), NetlinkAddress.KERNEL));
            fixture.del(ID);
            assertEquals(called, calls[0]);
            assertEquals(List.of(), fixture.kernel.reports());
        }
    }

    @Test
    void datagram_onlyTheFirstMessage() {
        try (var fixture = boot();
                var socket = fixture.member()) {
            List<Integer> calls = new ArrayList<>();
            fixture.add(ID, "test", (message, sender) -> calls.add(message.seq()));
            byte[] one = CnMsg.builder(ID).seq(1).build().toNlMsg(0).toByteArray();
            byte[] two = Arrays.copyOf(one, 2 * one.length);
            byte[] other = CnMsg.builder(ID).seq(2).build().toNlMsg(0).toByteArray();
            System.arraycopy(other, 0, two, one.length, other.length);
            socket.sendTo(two, NetlinkAddress.KERNEL);
            fixture.del(ID);
            assertEquals(List.of(1), calls);
        }
    }

    // ---- Dispatch ------------------------------------------------------------------------------

    /** The work is not pending any more, but its message is still there. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void message_whileTheCallbackRuns_needsMemory(int cpus) {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (var fixture = ConnectorFixture.boot(config(seed, cpus));
                    var socket = fixture.member()) {
                VirtualKernel kernel = fixture.kernel;
                List<Integer> calls = new ArrayList<>();
                fixture.add(
                        ID,
                        "test",
                        (message, sender) -> {
                            calls.add(message.seq());
                            kernel.timers().msleep(100);
                        });
                ConnectorFixture.toKernel(socket, CnMsg.builder(ID).seq(0).build());
                settle(fixture);
                assertEquals(List.of(0), calls, "it runs, and sleeps");
                kernel.mm()
                        .setFaults(
                                SlabFaults.when((cache, bytes, gfp) ->
                                        cache.equals("kmalloc-256") && !gfp.allowBlocking()));
                ConnectorFixture.toKernel(socket, CnMsg.builder(ID).seq(1).build());
                kernel.mm().setFaults(null);
                ConnectorFixture.toKernel(socket, CnMsg.builder(ID).seq(2).build());
                fixture.del(ID);
                assertEquals(List.of(0, 2), calls);
            }
        }
    }

    // ---- Deletion and exit ---------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void delCallback_tellsWhenNoCallRunsAnyMore(int cpus) {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<String> events = new ArrayList<>();
            KernelConfig config =
                    config(seed, cpus)
                            .trace(event -> {
                                String line = event.toLine();
                                if (line.contains("cn_callback_exit: idx=14")) {
                                    events.add("exit");
                                } else if (line.contains("cn_netlink_send:")) {
                                    events.add("notice");
                                }
                            });
            try (var fixture = ConnectorFixture.boot(config);
                    var socket = fixture.member(7)) {
                ask(fixture, wish(7));
                fixture.add(ID, "test", (message, sender) -> fixture.kernel.timers().msleep(8));
                for (int i = 0; i < 3; i++) {
                    ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build());
                }
                fixture.del(ID);
                ask(fixture, wish(0));
            }
            assertEquals(List.of("notice", "exit", "exit", "exit", "notice"), events);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void rmmod_withARequestQueued_handlesItFirst(int cpus) {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (var fixture = ConnectorFixture.boot(config(seed, cpus))) {
                try (var socket = fixture.member()) {
                    ConnectorFixture.toKernel(socket, control(wish(7)));
                }
                fixture.kernel.rmmod("cn");
                assertEquals(1, fixture.kernel.reports().size(), "a request was left behind");
                assertEquals(CnNotices.OUTLIVE, fixture.kernel.reports().getFirst().rule());
            }
        }
    }

    @Test
    void rmmod_withCallsOfAForgottenCallbackQueued_callsThemAndWaits() {
        List<Integer> calls = new ArrayList<>();
        try (var fixture = boot()) {
            fixture.add(
                    ID,
                    "forgotten",
                    (message, sender) -> {
                        fixture.kernel.timers().msleep(8);
                        calls.add(message.seq());
                    });
            try (var socket = fixture.member()) {
                for (int seq = 0; seq < 3; seq++) {
                    ConnectorFixture.toKernel(socket, CnMsg.builder(ID).seq(seq).build());
                }
            }
            UserProcess rmmod =
                    fixture.kernel.spawn("rmmod", process -> fixture.kernel.rmmod("cn"));
            fixture.kernel.run(() -> fixture.kernel.timers().msleep(3000));
            assertFalse(rmmod.isDead(), "it waits for the callback's owner");
            assertEquals(3, calls.size());
            assertEquals(CnQueue.WAITS_FOR_EVER, fixture.kernel.reports().getFirst().rule());
        }
    }

    // ---- Registration --------------------------------------------------------------------------

    @Test
    void addCallback_errors() {
        try (var fixture = boot();
                var member = fixture.member(7)) {
            ask(fixture, wish(7));
            assertEquals(-Errno.EINVAL, fixture.add(CONNECTOR, "thief"));
            fixture.kernel
                    .mm()
                    .setFaults(SlabFaults.when((cache, bytes, gfp) -> cache.equals("kmalloc-96")));
            assertEquals(-Errno.ENOMEM, fixture.add(ID, "test"));
            fixture.kernel.mm().setFaults(null);
            assertEquals(0, count(member), "nobody is told");
            ask(fixture, wish(0));
            fixture.kernel.run(() -> {
                Connector early = new Connector(fixture.kernel, CONNECTOR);
                assertEquals(
                        -Errno.EAGAIN, early.addCallback(ID, "early", (message, sender) -> {}));
            });
        }
    }

    /** It waits for callbacks, and so may not be called where nothing may sleep. */
    @Test
    void delCallback_fromTimer_isReported() {
        var fixture = boot();
        fixture.add(ID, "test");
        Timer timer =
                new Timer(
                        fixture.kernel.timers(),
                        "test",
                        fired -> fixture.connector.delCallback(ID));
        fixture.kernel.run(() -> timer.mod(fixture.kernel.clock().jiffies() + 1));
        assertThrows(KernelFailedException.class, () -> settle(fixture));

        assertEquals(
                "sleeping function called from invalid context",
                fixture.kernel.reports().getFirst().rule());
        fixture.kernel.shutdown();
    }

    // ---- An exception in a callback ------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void callback_throws_isAnOopsOfItsWorker(int cpus) {
        for (int seed = 0; seed < SEEDS; seed++) {
            var fixture = ConnectorFixture.boot(config(seed, cpus));
            fixture.add(
                    ID,
                    "test",
                    (message, sender) -> {
                        throw new IllegalStateException("broken on purpose");
                    });
            try (var socket = fixture.member()) {
                assertEquals(36, ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build()));
                assertThrows(KernelFailedException.class, () -> settle(fixture));
            } catch (KernelFailedException closing) {
                assertNotNull(closing.getMessage());
            }
            var report = fixture.kernel.reports().getFirst();
            assertEquals("Oops: java.lang.IllegalStateException", report.rule());
            assertTrue(report.task().contains("cqueue/"), report::toString);
            assertEquals(1, fixture.kernel.reports().size());
            fixture.kernel.shutdown();
        }
    }

    /** As in Linux the worker is gone: what is queued to it is never called, or waited for. */
    @Test
    void callback_throws_andTheKernelGoesOn_leavesItsQueueWithoutAWorker() {
        var fixture = ConnectorFixture.boot(config(1, 1).keepGoing(true));
        List<Integer> calls = new ArrayList<>();
        fixture.add(
                ID,
                "test",
                (message, sender) -> {
                    calls.add(message.seq());
                    throw new IllegalStateException("broken on purpose");
                });
        UserProcess sender =
                fixture.kernel.spawn(
                        "sender",
                        process -> {
                            try (var socket = NetlinkSocket.open(process, 2, 11)) {
                                for (int seq = 0; seq < 3; seq++) {
                                    ConnectorFixture.toKernel(
                                            socket, CnMsg.builder(ID).seq(seq).build());
                                }
                            }
                        });
        fixture.kernel.join(sender);
        settle(fixture);
        assertEquals(List.of(0), calls);
        assertThrows(KernelFailedException.class, () -> fixture.del(ID));
        assertEquals(
                List.of(
                        "Oops: java.lang.IllegalStateException",
                        "deadlock: every task waits, and no timer is pending"),
                fixture.kernel.reports().stream().map(report -> report.rule()).toList());
        fixture.kernel.shutdown();
    }
}
