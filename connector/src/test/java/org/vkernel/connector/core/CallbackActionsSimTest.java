package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.netlink.user.NetlinkSocket;

/**
 * What a callback may do in each era: sleep, send, register, and take callbacks off. Where that
 * Linux hangs or corrupts its memory, a report says so.
 */
class CallbackActionsSimTest {
    private static final int SEEDS = 10;
    private static final CbId ID = CbId.of(14, 0x456);
    private static final CbId OTHER = CbId.of(14, 0x999);
    private static final String DEADLOCK = "deadlock: every task waits, and no timer is pending";

    /** The kernels of all eras and sizes, {@value #SEEDS} seeds of each. */
    private static List<KernelConfig> configs(String profile) {
        List<KernelConfig> configs = new ArrayList<>();
        for (int cpus : new int[] {1, 2, 4}) {
            for (int seed = 0; seed < SEEDS; seed++) {
                configs.add(config(profile, seed, cpus));
            }
        }
        return configs;
    }

    private static KernelConfig config(String profile, int seed, int cpus) {
        return KernelConfig.simulated(seed).cpus(cpus).profile(Profile.of(profile));
    }

    private static void send(ConnectorFixture fixture, CbId id, int count) {
        try (var socket = fixture.member()) {
            for (int seq = 0; seq < count; seq++) {
                ConnectorFixture.toKernel(socket, CnMsg.builder(id).seq(seq).build());
            }
        }
    }

    private static void settle(ConnectorFixture fixture) {
        fixture.kernel.run(() -> fixture.kernel.timers().msleep(100));
    }

    private static boolean isQueued(ConnectorFixture fixture) {
        return fixture.kernel.profile().era() == Profile.Era.QUEUED;
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.1", "6.18"})
    void sleeps_itsSenderWaitsInTheDirectEraAlone(String profile) {
        for (KernelConfig config : configs(profile)) {
            try (var fixture = ConnectorFixture.boot(config)) {
                VirtualKernel kernel = fixture.kernel;
                boolean[] ended = {false};
                fixture.add(
                        ID,
                        "test",
                        (message, sender) -> {
                            kernel.timers().msleep(20);
                            ended[0] = true;
                        });
                send(fixture, ID, 1);
                assertEquals(!isQueued(fixture), ended[0]);
                fixture.del(ID);
                assertTrue(ended[0]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.1", "6.18"})
    void sends_toAGroupAndToItsSender(String profile) {
        CnMsg answer = CnMsg.builder(ID).seq(5).text("answer").build();
        for (KernelConfig config : configs(profile)) {
            try (var fixture = ConnectorFixture.boot(config);
                    var member = fixture.member(14);
                    var client = fixture.member()) {
                List<Integer> results = new ArrayList<>();
                fixture.add(
                        ID,
                        "test",
                        (message, sender) -> {
                            Connector connector = fixture.connector;
                            results.add(connector.netlinkSend(answer, 0, 0, GfpMask.KERNEL));
                            results.add(
                                    connector.netlinkSend(
                                            answer, sender.portid(), 0, GfpMask.KERNEL));
                        });
                ConnectorFixture.toKernel(client, CnMsg.builder(ID).build());
                settle(fixture);
                fixture.del(ID);
                assertEquals(List.of(0, 44), results);
                assertEquals(answer, ConnectorFixture.next(member));
                assertEquals(answer, ConnectorFixture.next(client));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.1", "6.18"})
    void registersAnother_whichIsCalledFromThenOn(String profile) {
        for (KernelConfig config : configs(profile)) {
            try (var fixture = ConnectorFixture.boot(config)) {
                int[] calls = {0};
                List<Integer> results = new ArrayList<>();
                fixture.add(
                        ID,
                        "test",
                        (message, sender) ->
                                results.add(
                                        fixture.connector.addCallback(
                                                OTHER, "other", (m, s) -> calls[0]++)));
                send(fixture, OTHER, 1);
                send(fixture, ID, 2);
                settle(fixture);
                assertEquals(List.of(-22, 0), results.stream().sorted().toList());
                send(fixture, OTHER, 3);
                fixture.del(OTHER);
                fixture.del(ID);
                assertEquals(3, calls[0]);
                fixture.checkInvariants();
            }
        }
    }

    /** In the queued era the worker runs by hand what it would have to wait for. */
    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.1", "6.18"})
    void removesAnother_whoseCallsHaveEndedThen(String profile) {
        for (KernelConfig config : configs(profile)) {
            try (var fixture = ConnectorFixture.boot(config)) {
                VirtualKernel kernel = fixture.kernel;
                int[] calls = {0, -1};
                fixture.add(
                        OTHER,
                        "other",
                        (message, sender) -> {
                            kernel.timers().msleep(8);
                            calls[0]++;
                        });
                fixture.add(
                        ID,
                        "test",
                        (message, sender) -> {
                            kernel.timers().msleep(8);
                            fixture.connector.delCallback(OTHER);
                            calls[1] = calls[0];
                        });
                send(fixture, OTHER, 2);
                send(fixture, ID, 1);
                send(fixture, OTHER, 1);
                settle(fixture);
                send(fixture, OTHER, 1);
                settle(fixture);
                assertEquals(isQueued(fixture) ? 3 : 2, calls[0]);
                assertEquals(calls[0], calls[1], "none ran after the removal");
                fixture.del(ID);
                fixture.checkInvariants();
                assertTrue(kernel.reports().stream().allMatch(BugReport::known));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2.6.14, true", "6.1, false", "6.18, false"})
    void removesItself_isReportedWhereItIsFreedWhileItRuns(String profile, boolean reported) {
        for (KernelConfig config : configs(profile)) {
            Set<String> rules =
                    rulesOf(
                            config,
                            fixture -> {
                                fixture.add(
                                        ID,
                                        "test",
                                        (message, sender) -> fixture.connector.delCallback(ID));
                                send(fixture, ID, 1);
                                settle(fixture);
                            });
            assertEquals(reported ? Set.of(QueuedDispatch.REMOVES_ITSELF) : Set.of(), rules);
        }
    }

    /** What a test does in a kernel that it expects to fail. */
    private interface Body {
        void run(ConnectorFixture fixture);
    }

    /** The rules that are broken, once each, until the kernel is shut down. */
    private static Set<String> rulesOf(KernelConfig config, Body body) {
        var fixture = ConnectorFixture.boot(config);
        try {
            body.run(fixture);
        } catch (KernelFailedException failed) {
            assertFalse(failed.reports().isEmpty(), failed::toString);
        }
        fixture.kernel.shutdown();
        Set<String> rules = new TreeSet<>();
        for (BugReport report : fixture.kernel.reports()) {
            if (!report.known()) {
                rules.add(report.rule());
            }
        }
        return rules;
    }

    /**
     * Two that take each other off. In one worker the second runs by hand within the first, and
     * frees it; in two workers each waits for the other's end.
     */
    @ParameterizedTest
    @CsvSource({"2.6.14, 1", "2.6.14, 2", "6.18, 2"})
    void removeEachOther_isReportedInTheQueuedEra(String profile, int cpus) {
        Set<String> rules = new TreeSet<>();
        for (int seed = 0; seed < 5 * SEEDS; seed++) {
            rules.addAll(
                    rulesOf(config(profile, seed, cpus), CallbackActionsSimTest::removeEachOther));
        }
        Set<String> expected = new TreeSet<>();
        if (profile.equals("2.6.14")) {
            expected.add(QueuedDispatch.REMOVES_ITSELF);
            if (cpus > 1) {
                expected.add(DEADLOCK);
            }
        }
        assertEquals(expected, rules);
    }

    private static void removeEachOther(ConnectorFixture fixture) {
        VirtualKernel kernel = fixture.kernel;
        fixture.add(
                ID,
                "one",
                (message, sender) -> {
                    kernel.timers().msleep(8);
                    fixture.connector.delCallback(OTHER);
                });
        fixture.add(
                OTHER,
                "other",
                (message, sender) -> {
                    kernel.timers().msleep(8);
                    fixture.connector.delCallback(ID);
                });
        for (CbId id : List.of(ID, OTHER)) {
            kernel.join(
                    kernel.spawn(
                            "sender",
                            process -> {
                                try (var socket = NetlinkSocket.open(process, 2, 11)) {
                                    ConnectorFixture.toKernel(socket, CnMsg.builder(id).build());
                                }
                            }));
        }
        settle(fixture);
        fixture.del(ID);
        fixture.del(OTHER);
    }

    /** Each removal within a callback nests the worker once more; Linux complains at the fourth. */
    @ParameterizedTest
    @CsvSource({"3, 0", "4, 1", "5, 1"})
    void removals_nestedInOneWorker_areReportedWhenTooDeep(int callbacks, int reported) {
        Set<String> rules =
                rulesOf(
                        config("2.6.14", 1, 1),
                        fixture -> {
                            for (int i = 0; i < callbacks; i++) {
                                CbId next = CbId.of(14, i + 1);
                                fixture.add(
                                        CbId.of(14, i),
                                        "test",
                                        (message, sender) -> {
                                            fixture.kernel.timers().msleep(8);
                                            fixture.connector.delCallback(next);
                                        });
                            }
                            for (int i = 0; i < callbacks; i++) {
                                send(fixture, CbId.of(14, i), 1);
                            }
                            settle(fixture);
                            fixture.del(CbId.of(14, 0));
                        });
        assertEquals(
                reported == 0 ? Set.of() : Set.of("run_workqueue: recursion depth exceeded"),
                rules);
    }

    @Test
    void direct_removesItself_isFreedWhenItReturns() {
        try (var fixture = ConnectorFixture.boot()) {
            fixture.add(ID, "test", (message, sender) -> fixture.connector.delCallback(ID));
            send(fixture, ID, 2);
            fixture.checkInvariants();
            assertEquals(0, fixture.add(ID, "again"));
            fixture.del(ID);
        }
    }
}
