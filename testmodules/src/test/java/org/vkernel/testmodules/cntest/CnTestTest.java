package org.vkernel.testmodules.cntest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;

class CnTestTest {
    private static final CbId FIRST = CbId.of(14, 0x456);
    private static final CbId SECOND = CbId.of(14, 0x457);
    private static final String NONE = "Name            ID\ncn_proc         1:1\n";

    private final VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));

    @AfterEach
    void shutdown() {
        kernel.shutdown();
    }

    private void register(CbId id, String name) {
        Connector connector = kernel.use(Connector.class);
        int error = kernel.call(() -> connector.addCallback(id, name, (message, sender) -> {}));
        assertEquals(0, error);
    }

    private void unregister(CbId id) {
        Connector connector = kernel.use(Connector.class);
        kernel.run(() -> connector.delCallback(id));
    }

    private String callbacks() {
        return kernel.readProc("/proc/net/connector");
    }

    private void refusedToLoad() {
        var refused = assertThrows(ErrnoException.class, () -> kernel.insmod(CnTest.class));
        assertEquals(Errno.EINVAL, refused.errno());
    }

    private NetlinkSocket socket() {
        return NetlinkSocket.open(
                kernel.init(), SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
    }

    @Test
    void insmod_firstIdIsTaken_leavesAllAsItWas() {
        kernel.insmod(ConnectorModule.class);
        register(FIRST, "owner");
        refusedToLoad();

        assertEquals(NONE + "owner           14:1110\n", callbacks());
        assertEquals(List.of(), kernel.reports());
    }

    @Test
    void insmod_secondIdIsTaken_removesItsOwnerAndLeavesTheFirst() {
        kernel.insmod(ConnectorModule.class);
        register(SECOND, "owner");
        refusedToLoad();

        assertEquals(NONE + "cn_test         14:1110\n", callbacks());
        BugReport report = kernel.reports().getFirst();
        assertEquals("leak at module unload", report.rule());
        assertTrue(report.known(), report::toString);
        unregister(FIRST);
        kernel.close();
    }

    @Test
    void insmod_secondIdIsTaken_aMessageToTheFirstMeetsFreedCode() {
        kernel.insmod(ConnectorModule.class);
        register(SECOND, "owner");
        refusedToLoad();

        byte[] bytes = CnMsg.builder(FIRST).build().toNlMsg(0).toByteArray();
        NetlinkSocket socket = socket();
        // Another kernel's load must not get the copy of the code that can still be called.
        try (VirtualKernel other = VirtualKernel.boot(KernelConfig.simulated(1))) {
            other.modprobe(CnTest.class);
            var failed =
                    assertThrows(
                            KernelFailedException.class,
                            () -> socket.sendTo(bytes, NetlinkAddress.KERNEL));
            assertEquals("use after unload", failed.reports().getFirst().rule());
        }
    }

    @Test
    void insmod_parameters_chooseTheIdsAndTheGroup() {
        kernel.modprobe(CnTest.class, "idx=20", "val=0xffffffff");
        assertEquals(NONE + "cn_test         20:4294967295\ncn_test         20:0\n", callbacks());

        try (NetlinkSocket socket = socket()) {
            socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(20));
            CnMsg message = CnMsg.parse(NlMsg.parse(socket.receive(100)));
            assertEquals(CbId.of(20, 0), message.id());
        }
        kernel.rmmod("cn_test");
        kernel.close();
    }

    @Test
    void insmod_again_countsFromTheBegin() {
        kernel.insmod(ConnectorModule.class);
        try (NetlinkSocket socket = socket()) {
            socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(14));
            for (int load = 0; load < 2; load++) {
                kernel.insmod(CnTest.class);
                assertEquals(0, NlMsg.parse(socket.receive(100)).seq());
                assertEquals(1, NlMsg.parse(socket.receive(100)).seq());
                kernel.rmmod("cn_test");
            }
        }
        kernel.close();
    }

    @Test
    void rmmodConnector_whileCnTestIsLoaded_isRefused() {
        kernel.modprobe(CnTest.class);
        var refused = assertThrows(ErrnoException.class, () -> kernel.rmmod("cn"));

        assertEquals(Errno.EWOULDBLOCK, refused.errno());
        kernel.close();
    }
}
