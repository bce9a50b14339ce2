package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * Each historical bug of the connector shows what it is known for where a kernel has it, and does
 * not where a kernel was booted as usual.
 */
class CnVariantsTest {
    private static final CbId CONNECTOR = CbId.of(-1, -1);
    private static final CbId ID = CbId.of(5, 100);
    private static final int GROUP = 7;

    private static KernelConfig usual(Profile profile) {
        return KernelConfig.simulated(1).profile(profile);
    }

    private static KernelConfig queued() {
        return usual(Profile.V2_6_14);
    }

    private static void settle(ConnectorFixture fixture) {
        fixture.kernel.run(() -> fixture.kernel.timers().msleep(50));
    }

    /** What a kernel that sends {@code bytes} to the connector reports until it is shut down. */
    private static List<String> rulesAfterSending(KernelConfig config, byte[] bytes) {
        VirtualKernel kernel;
        try (var fixture = ConnectorFixture.boot(config)) {
            kernel = fixture.kernel;
            try (var socket = fixture.member()) {
                socket.sendTo(bytes, NetlinkAddress.KERNEL);
            }
        } catch (KernelFailedException failed) {
            return failed.reports().stream().map(BugReport::rule).toList();
        }
        return kernel.reports().stream().map(BugReport::rule).toList();
    }

    @Test
    void all_areListed() {
        List<String> names = Variants.all().stream().map(Variant::name).toList();

        assertTrue(
                names.containsAll(List.of("CN-02", "CN-04", "CN-08", "CN-09", "CN-23")),
                names::toString);
    }

    // ---- CN-02: a short message is leaked
    // --------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 15})
    void cn02_shortMessage_staysInMemoryAndCharged(int length) {
        for (Profile profile : Profile.all()) {
            KernelConfig config = usual(profile).keepGoing(true);
            byte[] bytes = new byte[length];

            assertEquals(
                    List.of(
                            "a netlink socket is freed with memory charged",
                            "memory leak at shutdown"),
                    rulesAfterSending(config.variant("CN-02"), bytes));
            assertEquals(List.of(), rulesAfterSending(config, bytes));
        }
    }

    // ---- CN-04: the netlink header counts as payload
    // ---------------------------------------------

    static Stream<Arguments> profilesAndShortLengths() {
        return Profile.all().stream()
                .flatMap(profile ->
                        Stream.of(20, 21, 35).map(length -> Arguments.of(profile, length)));
    }

    @ParameterizedTest
    @MethodSource("profilesAndShortLengths")
    void cn04_messageShorterThanItsHeaders_isReadBeyondItsEnd(Profile profile, int length) {
        byte[] whole = CnMsg.builder(ID).build().toNlMsg(0).toByteArray();
        byte[] bytes = Arrays.copyOf(whole, length);
        bytes[0] = (byte) length; // nlmsg_len

        assertEquals(
                List.of("out-of-bounds read"),
                rulesAfterSending(usual(profile).variant("CN-04"), bytes));
        assertEquals(List.of(), rulesAfterSending(usual(profile), bytes));
    }

    private static int callsOf(KernelConfig config, int payload) {
        try (var fixture = ConnectorFixture.boot(config);
                var socket = fixture.member()) {
            int[] calls = {0};
            fixture.add(ID, "test", (message, sender) -> calls[0]++);
            CnMsg message = CnMsg.builder(ID).data(new byte[payload - 20]).build();
            ConnectorFixture.toKernel(socket, message);
            settle(fixture);
            fixture.del(ID);
            return calls[0];
        }
    }

    @Test
    void cn04_greatestSixteenSizes_areRefused() {
        for (Profile profile : Profile.all()) {
            int max = profile.connectorMaxMessageSize();
            KernelConfig variant = usual(profile).variant("CN-04");

            assertEquals(1, callsOf(variant, max - 16));
            assertEquals(0, callsOf(variant, max - 15));
            assertEquals(0, callsOf(variant, max));
            assertEquals(1, callsOf(usual(profile), max - 15));
            assertEquals(1, callsOf(usual(profile), max));
            assertEquals(0, callsOf(usual(profile), max + 1));
        }
    }

    // ---- CN-08, CN-09, CN-23: requests for notices
    // -----------------------------------------------

    private static void ask(ConnectorFixture fixture, byte[] data) {
        try (var socket = fixture.member()) {
            ConnectorFixture.toKernel(socket, CnMsg.builder(CONNECTOR).data(data).build());
        }
        settle(fixture);
    }

    /**
     * How many notices of {@code id} who asks with {@code data} gets, of two that there could be.
     */
    private static int noticesOf(KernelConfig config, byte[] data, CbId id) {
        int count = 0;
        try (var fixture = ConnectorFixture.boot(config);
                var member = fixture.member(GROUP)) {
            ask(fixture, data);
            assertEquals(0, fixture.add(id, "test"));
            fixture.del(id);
            while (ConnectorFixture.next(member) != null) {
                count++;
            }
        }
        return count;
    }

    private static byte[] request(int group, List<CnNotifyReq> idx, List<CnNotifyReq> val) {
        return CnCtlMsg.of(group, idx, val).bytes().toByteArray();
    }

    /** Counts of 4294967295 and 2, and one range of indices. */
    private static byte[] overflowing(int group, int first) {
        byte[] data = request(group, List.of(new CnNotifyReq(first, 1)), List.of());
        Arrays.fill(data, 0, 4, (byte) 0xff);
        data[4] = 2;
        return data;
    }

    private static List<String> rulesOf(KernelConfig config, byte[] data) {
        List<String> rules = new ArrayList<>();
        try {
            assertEquals(0, noticesOf(config, data, ID));
        } catch (KernelFailedException failed) {
            failed.reports().forEach(report -> rules.add(report.rule()));
        }
        return rules;
    }

    @Test
    void cn08_overflowingCounts_areReadBeyondTheRequest() {
        byte[] data = overflowing(GROUP, 77);

        assertEquals(List.of("out-of-bounds read"), rulesOf(queued().variant("CN-08"), data));
        assertEquals(List.of(), rulesOf(queued(), data));
    }

    @Test
    void cn08_overflowingCountsToTakeBack_areReadBeyondTheRequest() {
        List<String> rules = new ArrayList<>();
        try (var fixture = ConnectorFixture.boot(queued().variant("CN-08"))) {
            ask(fixture, overflowing(GROUP, 77));
            ask(fixture, overflowing(0, 77));
        } catch (KernelFailedException failed) {
            failed.reports().forEach(report -> rules.add(report.rule()));
        }
        assertTrue(rules.contains("out-of-bounds read"), rules::toString);
    }

    @Test
    void cn09_rangeThatEndsAtTheTop_isLost() {
        CbId top = CbId.of(-1, 100);
        CnNotifyReq hundred = new CnNotifyReq(100, 1);
        byte[] one = request(GROUP, List.of(new CnNotifyReq(-1, 1)), List.of(hundred));
        byte[] ten = request(GROUP, List.of(new CnNotifyReq(-10, 10)), List.of(hundred));
        byte[] below = request(GROUP, List.of(new CnNotifyReq(-11, 10)), List.of(hundred));
        KernelConfig variant = queued().variant("CN-09");

        assertEquals(0, noticesOf(variant, one, top));
        assertEquals(0, noticesOf(variant, ten, top));
        assertEquals(2, noticesOf(variant, below, CbId.of(-2, 100)), "it does not wrap");
        assertEquals(2, noticesOf(queued(), one, top));
        assertEquals(2, noticesOf(queued(), ten, top));
    }

    @Test
    void cn23_sharedCursor_losesNoticesAndSendsFalseOnes() {
        CnNotifyReq five = new CnNotifyReq(5, 1);
        CnNotifyReq hundred = new CnNotifyReq(100, 1);
        byte[] data = request(GROUP, List.of(five), List.of(hundred));
        KernelConfig variant = queued().variant("CN-23");

        assertEquals(0, noticesOf(variant, data, CbId.of(5, 100)), "asked for");
        assertEquals(2, noticesOf(variant, data, CbId.of(5, 5)), "not asked for");
        assertEquals(2, noticesOf(queued(), data, CbId.of(5, 100)));
        assertEquals(0, noticesOf(queued(), data, CbId.of(5, 5)));
    }

    /** As {@code cn_test} asks: it works by luck, since there are two ranges of values. */
    @Test
    void cn23_lastIndexAndTwoValues_matchesTheFirstOfThem() {
        CnNotifyReq five = new CnNotifyReq(5, 1);
        byte[] data =
                request(
                        GROUP,
                        List.of(five),
                        List.of(new CnNotifyReq(100, 10), new CnNotifyReq(120, 10)));
        KernelConfig variant = queued().variant("CN-23");

        assertEquals(2, noticesOf(variant, data, CbId.of(5, 109)));
        assertEquals(0, noticesOf(variant, data, CbId.of(5, 120)));
        assertEquals(2, noticesOf(queued(), data, CbId.of(5, 120)));
    }

    /** All at once are a kernel as it was. */
    @Test
    void all_together_eachDoesItsPart() {
        KernelConfig config = queued().keepGoing(true);
        for (String name : List.of("CN-02", "CN-04", "CN-08", "CN-09", "CN-23")) {
            config = config.variant(name);
        }
        byte[] data =
                request(GROUP, List.of(new CnNotifyReq(5, 1)), List.of(new CnNotifyReq(100, 1)));

        assertEquals(2, noticesOf(config, data, CbId.of(5, 5)));
        assertEquals(0, callsOf(config, config.profile().connectorMaxMessageSize()));
    }
}
