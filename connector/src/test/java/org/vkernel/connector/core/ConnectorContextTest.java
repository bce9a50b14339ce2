package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.time.Timer;

/** From which contexts the connector may be called, and with which GFP mask. */
class ConnectorContextTest {
    private static final CbId ID = CbId.of(14, 0x456);
    private static final CnMsg MESSAGE = CnMsg.builder(ID).text("hello").build();

    @Test
    void send_underSpinlockWithAtomic_isFine() {
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(14)) {
            assertEquals(0, sendUnderSpinlock(fixture, GfpMask.ATOMIC));
            assertEquals(0, sendUnderSpinlock(fixture, GfpMask.NOWAIT));
            assertNotNull(ConnectorFixture.next(member));
        }
    }

    @Test
    void send_underSpinlockWithKernel_isReported() {
        var fixture = ConnectorFixture.boot();
        try (var _ = fixture.member(14)) {
            sendUnderSpinlock(fixture, GfpMask.KERNEL);
        } catch (KernelFailedException failed) {
            assertEquals(
                    "sleeping function called from invalid context",
                    failed.reports().getFirst().rule());
        }
        assertEquals(1, fixture.kernel.reports().size());
        fixture.kernel.shutdown();
    }

    private static int sendUnderSpinlock(ConnectorFixture fixture, GfpMask gfp) {
        return fixture.kernel.call(() -> {
            SpinLock lock = new SpinLock(fixture.kernel.sched(), "test");
            lock.lock();
            int result = fixture.connector.netlinkSend(MESSAGE, 0, 14, gfp);
            lock.unlock();
            return result;
        });
    }

    @Test
    void send_fromTimer_reachesProcessesAndMayLookUpTheId() {
        try (var fixture = ConnectorFixture.boot();
                var member = fixture.member(14)) {
            List<Integer> results = new ArrayList<>();
            fixture.add(ID, "test");
            runInTimer(
                    fixture,
                    () -> {
                        assertTrue(fixture.kernel.sched().inServingSoftirq());
                        results.add(fixture.connector.netlinkSend(MESSAGE, 0, 0, GfpMask.ATOMIC));
                    });

            assertEquals(List.of(0), results);
            assertEquals(MESSAGE, ConnectorFixture.next(member));
            fixture.del(ID);
        }
    }

    @Test
    void delCallback_fromTimer_isFine() {
        try (var fixture = ConnectorFixture.boot()) {
            fixture.add(ID, "test");
            runInTimer(fixture, () -> fixture.connector.delCallback(ID));

            assertEquals("Name            ID\ncn_proc         1:1\n", fixture.procConnector());
        }
    }

    @Test
    void addCallback_fromTimer_isReported() {
        var fixture = ConnectorFixture.boot();
        assertThrows(
                KernelFailedException.class,
                () ->
                        runInTimer(
                                fixture,
                                () ->
                                        fixture.connector.addCallback(
                                                ID, "test", (message, sender) -> {})));

        assertEquals(
                "sleeping function called from invalid context",
                fixture.kernel.reports().getFirst().rule());
        fixture.kernel.shutdown();
    }

    private static void runInTimer(ConnectorFixture fixture, Runnable body) {
        Timer timer = new Timer(fixture.kernel.timers(), "test", fired -> body.run());
        fixture.kernel.run(() -> timer.mod(fixture.kernel.clock().jiffies() + 1));
        fixture.kernel.runFor(Duration.ofSeconds(1));
    }
}
