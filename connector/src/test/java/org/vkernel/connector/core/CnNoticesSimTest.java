package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.user.NetlinkSocket;

/** Who is told of registrations, in the queued era. */
class CnNoticesSimTest {
    private static final CbId CONNECTOR = CbId.of(-1, -1);
    private static final CbId ID = CbId.of(5, 100);
    private static final CnNotifyReq FIVE = new CnNotifyReq(5, 1);
    private static final CnNotifyReq HUNDRED = new CnNotifyReq(100, 1);

    private static KernelConfig config(int seed, int cpus) {
        return KernelConfig.simulated(seed).cpus(cpus).profile(Profile.V2_6_14);
    }

    private static ConnectorFixture boot() {
        return ConnectorFixture.boot(config(1, 2));
    }

    private static CnCtlMsg wish(int group, CnNotifyReq idx, CnNotifyReq val) {
        return CnCtlMsg.of(group, List.of(idx), List.of(val));
    }

    /** Sends the data of a control message, and waits until the connector has handled it. */
    private static void ask(ConnectorFixture fixture, byte[] data) {
        try (var socket = fixture.member()) {
            ConnectorFixture.toKernel(socket, CnMsg.builder(CONNECTOR).data(data).build());
        }
        settle(fixture);
    }

    private static void ask(ConnectorFixture fixture, CnCtlMsg request) {
        ask(fixture, request.bytes().toByteArray());
    }

    private static void settle(ConnectorFixture fixture) {
        fixture.kernel.run(() -> fixture.kernel.timers().msleep(50));
    }

    /** Registers and removes an id; how many notices {@code member} got. */
    private static int noticesOf(ConnectorFixture fixture, NetlinkSocket member, CbId id) {
        assertEquals(0, fixture.add(id, "test"));
        fixture.del(id);
        return count(member);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void notice_ofRegistrationAndRemoval_hasTheIdAndTheEventAsAck(int cpus) {
        for (int seed = 0; seed < 10; seed++) {
            try (var fixture = ConnectorFixture.boot(config(seed, cpus));
                    var member = fixture.member(7)) {
                ask(fixture, wish(7, FIVE, HUNDRED));
                assertNull(ConnectorFixture.next(member), "a request is not answered");
                fixture.add(ID, "test");
                assertEquals(CnMsg.builder(ID).build(), ConnectorFixture.next(member));
                assertEquals(-22, fixture.add(ID, "again"));
                assertNull(ConnectorFixture.next(member), "nothing was registered");
                fixture.del(ID);
                assertEquals(CnMsg.builder(ID).ack(1).build(), ConnectorFixture.next(member));
                fixture.del(ID);
                assertEquals(
                        CnMsg.builder(ID).ack(1).build(),
                        ConnectorFixture.next(member),
                        "each call of cn_del_callback() is told");
                ask(fixture, wish(0, FIVE, HUNDRED));
                assertEquals(List.of(), fixture.kernel.reports());
            }
        }
    }

    /** CN-09 and CN-23 are slips: the index is looked for in its ranges, the value in its own. */
    @ParameterizedTest
    @CsvSource({
        "5, 1, 100, 1, 5, 100, 2",
        "5, 1, 100, 1, 5, 5, 0",
        "5, 1, 100, 1, 100, 100, 0",
        "5, 1, 100, 10, 5, 109, 2",
        "5, 1, 100, 10, 5, 110, 0",
        "5, 1, 100, 10, 5, 99, 0",
        "5, 0, 100, 1, 5, 100, 0",
        "-1, 1, 100, 1, -1, 100, 2",
        "-2, 10, 100, 1, -1, 100, 2",
        "-2, 10, 100, 1, 3, 100, 0",
        "0, -1, 0, -1, 5, -2, 2",
        "0, -1, 0, -1, 5, -1, 0",
    })
    void ranges_areMatchedInUnboundedIntegers(
            int idx, int idxCount, int val, int valCount, int i, int v, int notices) {
        try (var fixture = boot();
                var member = fixture.member(7)) {
            ask(fixture, wish(7, new CnNotifyReq(idx, idxCount), new CnNotifyReq(val, valCount)));
            assertEquals(notices, noticesOf(fixture, member, CbId.of(i, v)));
        }
    }

    @Test
    void ranges_several_anyOfEachKindIsEnough() {
        CnNotifyReq other = new CnNotifyReq(50, 1);
        try (var fixture = boot();
                var member = fixture.member(7)) {
            ask(fixture, CnCtlMsg.of(7, List.of(other, FIVE), List.of(other, HUNDRED)));
            ask(fixture, CnCtlMsg.of(7, List.of(FIVE), List.of()));
            assertEquals(2, noticesOf(fixture, member, ID), "no ranges match nothing");
        }
    }

    @Test
    void requests_areToldNewestFirst_andDuplicatesTwice() {
        List<Long> groups = new ArrayList<>();
        KernelConfig config =
                config(1, 2)
                        .trace(event -> {
                            if (event.toLine().contains("cn_netlink_send:")) {
                                groups.add(event.second());
                            }
                        });
        try (var fixture = ConnectorFixture.boot(config);
                var member = fixture.member(7)) {
            ask(fixture, wish(7, FIVE, HUNDRED));
            ask(fixture, wish(8, FIVE, HUNDRED)); // where nobody listens
            ask(fixture, wish(7, FIVE, HUNDRED));
            fixture.add(ID, "test");
            assertEquals(List.of(7L, 8L, 7L), groups);
            fixture.del(ID);
            assertEquals(4, count(member));
        }
    }

    private static int count(NetlinkSocket member) {
        int count = 0;
        while (ConnectorFixture.next(member) != null) {
            count++;
        }
        return count;
    }

    /** CN-10 is the era's behaviour: neither who asked nor the group counts. */
    @Test
    void groupZero_takesAllEqualRequestsBack_whoevers() {
        try (var fixture = boot();
                var member = fixture.member(7, 8)) {
            ask(fixture, wish(7, FIVE, HUNDRED));
            ask(fixture, wish(8, FIVE, HUNDRED));
            ask(fixture, wish(0, FIVE, FIVE));
            ask(fixture, wish(0, HUNDRED, FIVE));
            assertEquals(4, noticesOf(fixture, member, ID), "another request is not equal");
            ask(fixture, wish(0, FIVE, HUNDRED));
            assertEquals(0, noticesOf(fixture, member, ID));
            assertEquals(List.of(), fixture.kernel.reports());
        }
    }

    /** CN-08 is a slip: a sum of counts that wraps is as malformed as a wrong length. */
    @Test
    void request_malformed_isPassedOver() {
        byte[] good = wish(7, FIVE, HUNDRED).bytes().toByteArray();
        byte[] wrongLen = good.clone();
        wrongLen[12] = 8;
        byte[] wraps = new byte[24];
        Arrays.fill(wraps, 0, 4, (byte) 0xff);
        wraps[4] = 2;
        wraps[8] = 7;
        wraps[12] = 8;
        try (var fixture = boot();
                var member = fixture.member(7)) {
            for (int length = 0; length < good.length; length++) {
                ask(fixture, Arrays.copyOf(good, length));
            }
            ask(fixture, Arrays.copyOf(good, good.length + 8));
            ask(fixture, wrongLen);
            ask(fixture, wraps);
            assertEquals(0, noticesOf(fixture, member, ID));
            assertEquals(List.of(), fixture.kernel.reports());
        }
    }

    /** CN-07 is the era's behaviour: anybody may ask, and the request outlives who asked. */
    @Test
    void request_ofAnUnprivilegedProcess_staysWhenItHasGone() {
        try (var fixture = boot();
                var member = fixture.member(7)) {
            UserProcess nobody =
                    fixture.kernel.spawn(
                            "nobody",
                            65_534,
                            process -> {
                                try (var socket = NetlinkSocket.open(process, 2, 11)) {
                                    CnMsg.Builder control = CnMsg.builder(CONNECTOR);
                                    control.data(wish(7, FIVE, HUNDRED).bytes());
                                    ConnectorFixture.toKernel(socket, control.build());
                                }
                            });
            fixture.kernel.join(nobody);
            settle(fixture);
            assertEquals(2, noticesOf(fixture, member, ID));
            assertEquals(List.of(), fixture.kernel.reports());
            ask(fixture, wish(0, FIVE, HUNDRED));
            assertEquals(0, noticesOf(fixture, member, ID));
            BugReport report = fixture.kernel.reports().getFirst();
            assertEquals(CnNotices.TAKEN_BACK, report.rule());
            assertTrue(report.known(), report::toString);
        }
    }

    @Test
    void request_noMemory_isPassedOver() {
        try (var fixture = boot();
                var member = fixture.member(7)) {
            fixture.kernel
                    .mm()
                    .setFaults(SlabFaults.when((cache, bytes, gfp) -> cache.equals("kmalloc-64")));
            ask(fixture, wish(7, FIVE, HUNDRED));
            fixture.kernel.mm().setFaults(null);
            assertEquals(0, noticesOf(fixture, member, ID));
        }
    }

    /** Linux leaks what is left: here it is said, and given back. */
    @Test
    void rmmod_withRequestsLeft_reportsThemAsKnown() {
        try (var fixture = boot()) {
            ask(fixture, wish(7, FIVE, HUNDRED));
            fixture.kernel.rmmod("cn");
            assertEquals(1, fixture.kernel.reports().size());
            assertEquals(CnNotices.OUTLIVE, fixture.kernel.reports().getFirst().rule());
            fixture.kernel.insmod(ConnectorModule.class);
            assertEquals(
                    "Name            ID\nconnector       4294967295:4294967295\n",
                    fixture.procConnector());
        }
    }

    @Test
    void directEra_hasNoNotices() {
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(7)) {
            ask(fixture, wish(7, FIVE, HUNDRED));
            assertEquals(0, noticesOf(fixture, member, ID));
        }
    }
}
