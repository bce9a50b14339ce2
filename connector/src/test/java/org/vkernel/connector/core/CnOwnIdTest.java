package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.testing.SlabFaults;

/** The callback that the connector of the queued era registers with itself. */
class CnOwnIdTest {
    private static final KernelConfig CONFIG = KernelConfig.simulated(1).profile(Profile.V2_6_14);
    private static final CnCtlMsg FIVE =
            CnCtlMsg.of(7, List.of(new CnNotifyReq(5, 1)), List.of(new CnNotifyReq(0, -1)));
    private static final CnCtlMsg NOT_FIVE =
            CnCtlMsg.of(0, List.of(new CnNotifyReq(5, 1)), List.of(new CnNotifyReq(0, -1)));

    private static void ask(ConnectorFixture fixture, CbId id, CnCtlMsg request) {
        try (var socket = fixture.member()) {
            ConnectorFixture.toKernel(socket, CnMsg.builder(id).data(request.bytes()).build());
        }
        fixture.kernel.run(() -> fixture.kernel.timers().msleep(50));
    }

    @Test
    void parameters_moveTheConnectorsId() {
        try (var fixture = ConnectorFixture.boot(CONFIG, "cn_idx=8", "cn_val=0x1ff");
                var member = fixture.member(7)) {
            assertEquals("Name            ID\nconnector       8:511\n", fixture.procConnector());
            ask(fixture, CbId.of(-1, -1), FIVE);
            assertEquals(0, fixture.add(CbId.of(5, 1), "test"));
            assertNull(ConnectorFixture.next(member), "the connector has another id");
            ask(fixture, CbId.of(8, 0x1ff), FIVE);
            fixture.del(CbId.of(5, 1));
            assertEquals(
                    CnMsg.builder(CbId.of(5, 1)).ack(1).build(), ConnectorFixture.next(member));
            ask(fixture, CbId.of(8, 0x1ff), NOT_FIVE);
        }
    }

    /** Each kernel has its own: the module's class is the same in all. */
    @Test
    void parameters_areThoseOfOneKernel() {
        try (var moved = ConnectorFixture.boot(CONFIG, "cn_idx=8");
                var other = ConnectorFixture.boot(CONFIG)) {
            assertEquals(
                    "Name            ID\nconnector       8:4294967295\n", moved.procConnector());
            assertEquals(
                    "Name            ID\nconnector       4294967295:4294967295\n",
                    other.procConnector());
        }
    }

    @Test
    void registration_ofTheOwnId_tellsNobody() {
        try (var fixture = ConnectorFixture.boot(CONFIG)) {
            assertEquals(
                    List.of(), fixture.log.stream().filter(line -> line.contains("BUG")).toList());
            assertEquals(-Errno.EINVAL, fixture.add(CbId.of(-1, -1), "thief"));
        }
    }

    /** Closing the kernel finds no leak: whatever there was by then has been given back. */
    @Test
    void registration_ofTheOwnIdFails_takesEverythingDown() {
        try (var kernel = VirtualKernel.boot(CONFIG)) {
            kernel.mm()
                    .setFaults(SlabFaults.when((cache, bytes, gfp) -> cache.equals("kmalloc-96")));
            var refused =
                    assertThrows(ErrnoException.class, () -> kernel.insmod(ConnectorModule.class));
            assertEquals(Errno.EINVAL, refused.errno());
            kernel.mm().setFaults(null);
            assertNull(kernel.find(Connector.class));
            assertEquals(List.of(), kernel.modules().all());

            kernel.insmod(ConnectorModule.class);
            kernel.rmmod("cn");
        }
    }

    @Test
    void directEra_hasNoOwnId() {
        KernelConfig config = CONFIG.profile(Profile.V6_18);
        try (var fixture = ConnectorFixture.boot(config, "cn_idx=8", "cn_val=9")) {
            assertEquals(0, fixture.add(CbId.of(8, 9), "test"));
            fixture.del(CbId.of(8, 9));
        }
    }
}
