package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.user.NetlinkSocket;

/** The connector on the parallel machine, where its lock and its counts really contend. */
class ConnectorStressTest {
    private static final CbId ID = CbId.of(14, 0x456);
    private static final int PROCESSES = 4;
    private static final int MESSAGES = 5_000;

    @Test
    void manySenders_oneCallback_isCalledForEachMessage() {
        AtomicInteger calls = new AtomicInteger();
        try (var fixture = ConnectorFixture.boot(KernelConfig.parallel())) {
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

    @Test
    void senders_whileTheCallbackComesAndGoes_leaveNothingBehind() {
        AtomicInteger calls = new AtomicInteger();
        try (var fixture = ConnectorFixture.boot(KernelConfig.parallel())) {
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
                            .allMatch(r -> r.rule().equals(CnQueue.RUNS_AFTER_REMOVAL)),
                    () -> fixture.kernel.reports().toString());
        }
        assertTrue(calls.get() <= PROCESSES * MESSAGES);
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
