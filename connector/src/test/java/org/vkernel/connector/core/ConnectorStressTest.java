package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.user.NetlinkSocket;

/** The connector on the parallel machine, where its lock and its counts really contend. */
class ConnectorStressTest {
    private static final CbId ID = CbId.of(14, 0x456);
    private static final int PROCESSES = 4;
    private static final int MESSAGES = 5_000;

    private static KernelConfig config(String profile) {
        return KernelConfig.parallel().profile(Profile.of(profile));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.18"})
    void manySenders_oneCallback_isCalledForEachMessage(String profile) {
        AtomicInteger calls = new AtomicInteger();
        try (var fixture = ConnectorFixture.boot(config(profile))) {
            fixture.add(ID, "test", (message, sender) -> calls.incrementAndGet());
            List<UserProcess> senders = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                senders.add(fixture.kernel.spawn("sender", process -> send(process, MESSAGES)));
            }
            senders.forEach(fixture.kernel::join);

            fixture.del(ID);
            fixture.checkInvariants();
        }
        assertEquals(PROCESSES * MESSAGES, calls.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.18"})
    void senders_whileTheCallbackComesAndGoes_leaveNothingBehind(String profile) {
        AtomicInteger calls = new AtomicInteger();
        try (var fixture = ConnectorFixture.boot(config(profile))) {
            List<UserProcess> processes = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(fixture.kernel.spawn("sender", process -> send(process, MESSAGES)));
            }
            processes.add(
                    fixture.kernel.spawn(
                            "churn",
                            process -> {
                                for (int i = 0; i < MESSAGES / 5; i++) {
                                    int error =
                                            fixture.add(
                                                    ID,
                                                    "test",
                                                    (message, sender) -> calls.incrementAndGet());
                                    assertEquals(0, error);
                                    fixture.del(ID);
                                }
                            }));
            processes.forEach(fixture.kernel::join);

            fixture.checkInvariants();
            assertTrue(
                    fixture.kernel.reports().stream()
                            .allMatch(r ->
                                    r.rule().equals(CnQueue.RUNS_AFTER_REMOVAL)
                                            && profile.equals("6.18")),
                    () -> fixture.kernel.reports().toString());
        }
        assertTrue(calls.get() <= PROCESSES * MESSAGES);
    }

    /** No call of the queued era outlasts its removal, however busy the workers are. */
    @Test
    void queuedEra_delCallback_waitsForEachCall() {
        AtomicInteger late = new AtomicInteger();
        int turns = MESSAGES / 20;
        CnNotifyReq all = new CnNotifyReq(0, -1);
        int notices = 0;
        try (var fixture = ConnectorFixture.boot(config("2.6.14"));
                var listener = fixture.member(3)) {
            listener.setReceiveBuffer(1 << 22);
            fixture.toItself(request(CnCtlMsg.of(3, List.of(all), List.of(all))));
            awaitNotices(fixture, listener);
            List<UserProcess> processes = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(fixture.kernel.spawn("sender", process -> send(process, MESSAGES)));
            }
            processes.add(
                    fixture.kernel.spawn(
                            "churn",
                            process -> {
                                for (int i = 0; i < turns; i++) {
                                    AtomicBoolean gone = new AtomicBoolean();
                                    int error =
                                            fixture.add(
                                                    ID,
                                                    "test",
                                                    (message, sender) -> {
                                                        if (gone.get()) {
                                                            late.incrementAndGet();
                                                        }
                                                    });
                                    assertEquals(0, error);
                                    fixture.del(ID);
                                    gone.set(true);
                                }
                            }));
            processes.forEach(fixture.kernel::join);
            while (ConnectorFixture.next(listener) != null) {
                notices++;
            }
            fixture.toItself(request(CnCtlMsg.of(0, List.of(all), List.of(all))));
            fixture.checkInvariants();
            assertEquals(List.of(), fixture.kernel.reports());
        }
        assertEquals(0, late.get());
        assertEquals(2 * turns, notices);
    }

    /** The worker finds itself in the flush, however many CPUs there are. */
    @Test
    void queuedEra_callbackRemovesItself_isReported() {
        var fixture = ConnectorFixture.boot(config("2.6.14"));
        fixture.add(ID, "test", (message, sender) -> fixture.connector.delCallback(ID));
        try (var socket = fixture.member()) {
            ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build());
        } catch (KernelFailedException ended) {
            assertTrue(fixture.kernel.hasEnded());
        }
        fixture.kernel.shutdown(); // waits for the call
        assertEquals(
                List.of(QueuedDispatch.REMOVES_ITSELF),
                fixture.kernel.reports().stream().map(BugReport::rule).toList());
    }

    private static CnMsg request(CnCtlMsg request) {
        return CnMsg.builder(CbId.of(-1, -1)).data(request.bytes()).build();
    }

    /** Until the connector has heard of the request: it does not answer. */
    private static void awaitNotices(ConnectorFixture fixture, NetlinkSocket listener) {
        CbId probe = CbId.of(9, 9);
        do {
            assertEquals(0, fixture.add(probe, "probe"));
            fixture.del(probe);
        } while (!listener.isReadable());
        while (ConnectorFixture.next(listener) != null) {
            // of the probe
        }
    }

    private static void send(UserProcess process, int count) {
        CnMsg message = CnMsg.builder(ID).text("x").build();
        try (var socket = NetlinkSocket.open(process, 2, 11)) {
            for (int i = 0; i < count; i++) {
                ConnectorFixture.toKernel(socket, message);
            }
        }
    }
}
