package org.vkernel.testmodules.cntest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NlMsg;

/** What {@code cn_test} does in the queued era: its ids, and a module's request for notices. */
class CnTestNoticesTest {
    private static final int IDX = 0x123;
    private static final int VAL = 0x456;

    private final List<String> log = new ArrayList<>();
    private final VirtualKernel kernel =
            VirtualKernel.boot(KernelConfig.simulated(1).profile(Profile.V2_6_14).log(log::add));

    @AfterEach
    void close() {
        kernel.close();
    }

    private NetlinkSocket socket(int groups) {
        NetlinkSocket socket =
                NetlinkSocket.open(
                        kernel.init(), SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
        socket.bind(NetlinkSocket.AUTO, groups);
        return socket;
    }

    private void settle() {
        kernel.run(() -> kernel.timers().msleep(50));
    }

    private static @Nullable CnMsg next(NetlinkSocket socket) {
        return socket.isReadable()
                ? CnMsg.parse(NlMsg.parse(socket.receive(1024, MsgFlag.MSG_DONTWAIT)))
                : null;
    }

    /** Registers an id and takes it off; whether somebody in {@code socket}'s groups was told. */
    private boolean isTold(NetlinkSocket socket, int idx, int val) {
        Connector connector = kernel.use(Connector.class);
        CbId id = CbId.of(idx, val);
        int error = kernel.call(() -> connector.addCallback(id, "other", (message, from) -> {}));
        assertEquals(0, error);
        kernel.run(() -> connector.delCallback(id));
        CnMsg came = next(socket);
        CnMsg went = next(socket);
        assertEquals(came == null ? null : CnMsg.builder(id).build(), came);
        assertEquals(came == null ? null : CnMsg.builder(id).ack(1).build(), went);
        return came != null;
    }

    @Test
    void request_ofTheModule_isForTenIndicesAndTwiceTenValues() {
        kernel.modprobe(CnTest.class);
        settle();
        try (NetlinkSocket socket = socket(NetlinkSocket.groups(1))) {
            assertTrue(isTold(socket, IDX, VAL + 2));
            assertTrue(isTold(socket, IDX + 9, VAL + 9));
            assertTrue(isTold(socket, IDX + 9, VAL + 20));
            assertTrue(isTold(socket, IDX, VAL + 29));
            assertFalse(isTold(socket, IDX + 10, VAL));
            assertFalse(isTold(socket, IDX - 1, VAL));
            assertFalse(isTold(socket, IDX, VAL + 10));
            assertFalse(isTold(socket, IDX, VAL + 19));
            assertFalse(isTold(socket, IDX, VAL + 30));
        }
    }

    @Test
    void rmmod_tellsOfItsOwnIds_andTakesTheRequestBack() {
        kernel.modprobe(CnTest.class);
        settle();
        try (NetlinkSocket socket = socket(NetlinkSocket.groups(1))) {
            kernel.rmmod("cn_test");
            assertEquals(CnMsg.builder(CbId.of(IDX, VAL + 1)).ack(1).build(), next(socket));
            assertEquals(CnMsg.builder(CbId.of(IDX, VAL)).ack(1).build(), next(socket));
            settle();
            assertFalse(isTold(socket, IDX, VAL));
            assertNull(next(socket));
        }
        kernel.rmmod("cn");
        assertEquals(List.of(), kernel.reports());
        assertTrue(log.stream().anyMatch(line -> line.endsWith("request was sent: group=0x1")));
    }

    @Test
    void insmod_idIsTaken_takesTheRequestBack() {
        kernel.insmod(ConnectorModule.class);
        Connector connector = kernel.use(Connector.class);
        CbId id = CbId.of(IDX, VAL);
        var _ = kernel.call(() -> connector.addCallback(id, "owner", (message, from) -> {}));
        var refused = assertThrows(ErrnoException.class, () -> kernel.insmod(CnTest.class));
        assertEquals(Errno.EINVAL, refused.errno());
        kernel.run(() -> connector.delCallback(id));
        settle();
        kernel.rmmod("cn");
        assertEquals(List.of(), kernel.reports());
    }

    @Test
    void insmod_noMemoryForTheRequest_fails() {
        kernel.insmod(ConnectorModule.class);
        kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> cache.startsWith("skbuff")));
        var refused = assertThrows(ErrnoException.class, () -> kernel.insmod(CnTest.class));
        assertEquals(Errno.ENOMEM, refused.errno());
        kernel.mm().setFaults(null);
    }

    @Test
    void ids_areThoseOfItsFirstVersion_whoseGroupNobodyCanJoin() {
        kernel.modprobe(CnTest.class);
        assertEquals(
                """
                Name            ID
                connector       4294967295:4294967295
                cn_test         291:1110
                cn_test         291:1111
                """,
                kernel.readProc("/proc/net/connector"));
        try (NetlinkSocket socket = socket(-1)) {
            var refused = assertThrows(ErrnoException.class, () -> socket.joinGroup(IDX));
            assertEquals(Errno.EINVAL, refused.errno());
        }
    }

    @Test
    void ids_canBeSet_alsoToThoseOfLaterVersions() {
        kernel.modprobe(CnTest.class, "idx=14");
        settle();
        try (NetlinkSocket socket = socket(NetlinkSocket.groups(1, 14))) {
            kernel.rmmod("cn_test");
            assertEquals(CnMsg.builder(CbId.of(14, VAL + 1)).ack(1).build(), next(socket));
        }
    }
}
