package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.user.NetlinkSocket;

/** Registering callbacks, who may join groups, and the connector's coming and going. */
class ConnectorCallbackTest {
    private static final String EMPTY = "Name            ID\ncn_proc         1:1\n";
    private static final CbId ID = CbId.of(14, 1110);

    @Test
    void addCallback_idIsTaken_isEinvalAndTheOldOneStays() {
        List<String> called = new ArrayList<>();
        try (var fixture = ConnectorFixture.boot();
                var socket = fixture.member()) {
            assertEquals(0, fixture.add(ID, "old", (message, sender) -> called.add("old")));

            assertEquals(
                    -Errno.EINVAL, fixture.add(ID, "new", (message, sender) -> called.add("new")));
            assertEquals(EMPTY + "old             14:1110\n", fixture.procConnector());
            ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build());
            assertEquals(List.of("old"), called);
            fixture.del(ID);
        }
    }

    @Test
    void delCallback_unknownId_doesNothing() {
        try (var fixture = ConnectorFixture.boot()) {
            fixture.del(ID);

            assertEquals(EMPTY, fixture.procConnector());
        }
    }

    @Test
    void addCallback_again_goesToTheEnd() {
        CbId other = CbId.of(15, 1);
        try (var fixture = ConnectorFixture.boot()) {
            fixture.add(ID, "first");
            fixture.add(other, "second");
            fixture.del(ID);
            fixture.add(ID, "third");

            assertEquals(
                    EMPTY + "second          15:1\nthird           14:1110\n",
                    fixture.procConnector());
            fixture.del(ID);
            fixture.del(other);
        }
    }

    @Test
    void procConnector_idsAndNames_areUnsignedAndCut() {
        CbId high = CbId.of(-1, 0x80000000);
        String name = "0123456789abcdef0123456789abcdef0123";
        try (var fixture = ConnectorFixture.boot()) {
            fixture.add(high, name);

            assertEquals(
                    EMPTY + "0123456789abcdef0123456789abcde 4294967295:2147483648\n",
                    fixture.procConnector());
            fixture.del(high);
        }
    }

    @Test
    void delCallback_ofSomebodyElse_silencesIt() {
        try (var fixture = ConnectorFixture.boot()) {
            fixture.del(CbId.of(1, 1));

            assertEquals("Name            ID\n", fixture.procConnector());
        }
    }

    @Test
    void delCallback_fromTheCallbackItself_isNoCounterExample() {
        int[] calls = {0};
        try (var fixture = ConnectorFixture.boot();
                var socket = fixture.member()) {
            fixture.add(
                    ID,
                    "once",
                    (message, sender) -> {
                        calls[0]++;
                        fixture.connector.delCallback(ID);
                    });
            ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build());
            ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build());

            assertEquals(1, calls[0]);
            assertEquals(List.of(), fixture.kernel.reports());
        }
    }

    @Test
    void addCallback_unlistedIds_areHintedAtOnce() {
        try (var fixture = ConnectorFixture.boot()) {
            fixture.add(CbId.of(3, 1), "w1");
            fixture.add(CbId.of(5, 4711), "blackboard");
            assertFalse(hinted(fixture), "these are listed");

            fixture.add(ID, "mine");
            fixture.add(CbId.of(14, 1), "mine_too");
            assertEquals(1, fixture.log.stream().filter(l -> l.contains("not listed")).count());
            assertTrue(
                    fixture.log.stream()
                            .anyMatch(l -> l.contains("connector: mine registers 14:1110")));
            for (CbId id : List.of(CbId.of(3, 1), CbId.of(5, 4711), ID, CbId.of(14, 1))) {
                fixture.del(id);
            }
        }
    }

    private static boolean hinted(ConnectorFixture fixture) {
        return fixture.log.stream().anyMatch(line -> line.contains("not listed"));
    }

    @Test
    void profile2614_hasNoProcessEvents() {
        try (var fixture = ConnectorFixture.boot(Profile.V2_6_14)) {
            assertEquals(
                    "Name            ID\nconnector       4294967295:4294967295\n",
                    fixture.procConnector());
        }
    }

    @Test
    void cnProc_messages_areTaken() {
        try (var fixture = ConnectorFixture.boot();
                var socket = fixture.member(1)) {
            CnMsg listen = CnMsg.builder(CbId.of(1, 1)).data(new byte[] {1, 0, 0, 0}).build();

            assertEquals(40, ConnectorFixture.toKernel(socket, listen));
        }
    }

    // ---- Who may join --------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "6.18, 1, 0",
        "6.18, 2, 1",
        "6.18, 3, 0",
        "6.18, 31, 0",
        "6.18, 32, 1",
        "6.1, 1, 1",
        "6.1, 2, 1",
        "2.6.14, 1, 1"
    })
    void bind_unprivileged_isAllowedByTheProfile(String profile, int group, int refused) {
        try (var fixture = ConnectorFixture.boot(Profile.of(profile))) {
            int[] errno = {0};
            UserProcess nobody =
                    fixture.kernel.spawn(
                            "nobody",
                            65_534,
                            process -> {
                                try (var socket = NetlinkSocket.open(process, 2, 11)) {
                                    socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(group));
                                } catch (ErrnoException e) {
                                    errno[0] = e.errno();
                                }
                            });
            fixture.kernel.join(nobody);

            assertEquals(refused * Errno.EPERM, errno[0]);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "33", "-1"})
    void joinGroup_thatIsNone_isEinval(int group) {
        try (var fixture = ConnectorFixture.boot();
                var socket = fixture.socket()) {
            var refused = assertThrows(ErrnoException.class, () -> socket.joinGroup(group));

            assertEquals(Errno.EINVAL, refused.errno());
        }
    }

    // ---- Coming and going ----------------------------------------------------------------------

    @Test
    void addCallback_beforeInit_isEagain() {
        try (var kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.run(() -> {
                Connector early = new Connector(kernel, CbId.of(-1, -1));

                assertEquals(
                        -Errno.EAGAIN, early.addCallback(ID, "early", (message, sender) -> {}));
            });
        }
    }

    @Test
    void rmmod_socketIsOpen_isRefused() {
        try (var fixture = ConnectorFixture.boot()) {
            try (var _ = fixture.socket()) {
                var refused = assertThrows(ErrnoException.class, () -> fixture.kernel.rmmod("cn"));
                assertEquals(Errno.EWOULDBLOCK, refused.errno());
            }
            fixture.kernel.rmmod("cn");

            assertThrows(ErrnoException.class, fixture::socket);
            assertThrows(ErrnoException.class, fixture::procConnector);
            fixture.kernel.insmod(ConnectorModule.class);
            assertEquals(EMPTY, fixture.procConnector());
        }
    }

    @Test
    void insmod_noMemoryForTheQueue_isEinvalAndLeavesNothing() {
        try (var kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.mm()
                    .setFaults(SlabFaults.when((cache, bytes, gfp) -> cache.equals("kmalloc-96")));
            var failed =
                    assertThrows(ErrnoException.class, () -> kernel.insmod(ConnectorModule.class));
            assertEquals(Errno.EINVAL, failed.errno());
            kernel.mm().setFaults(null);

            kernel.insmod(ConnectorModule.class);
        }
    }

    @Test
    void rmmod_callbackIsLeft_waitsUntilTheKernelShutsDown() {
        try (var fixture = ConnectorFixture.boot()) {
            fixture.add(ID, "left_behind");
            int[] result = {1};
            fixture.kernel.spawn(
                    "rmmod", process -> result[0] = fixture.kernel.call(() -> rmmod(fixture)));
            fixture.kernel.runFor(Duration.ofSeconds(10));

            assertEquals(1, result[0], "it waits for ever");
            assertTrue(
                    fixture.log.stream()
                                    .filter(l ->
                                            l.contains(
                                                    "Waiting for cqueue to become free: refcnt=1."))
                                    .count()
                            >= 9);
            assertEquals(CnQueue.WAITS_FOR_EVER, fixture.kernel.reports().getFirst().rule());
            assertTrue(fixture.kernel.reports().getFirst().known());
        }
    }

    private static int rmmod(ConnectorFixture fixture) {
        return fixture.kernel.modules().rmmod("cn");
    }

    @Test
    void connector_usedAfterRmmod_isAUseAfterFree() {
        var fixture = ConnectorFixture.boot();
        fixture.kernel.rmmod("cn");
        assertThrows(KernelFailedException.class, () -> fixture.del(ID));

        assertEquals("use after free", fixture.kernel.reports().getFirst().rule());
        fixture.kernel.shutdown();
    }

    @Test
    void exportedConnector_isGoneWithTheModule() {
        try (var fixture = ConnectorFixture.boot()) {
            fixture.kernel.rmmod("cn");

            assertThrows(IllegalStateException.class, () -> fixture.kernel.use(Connector.class));
        }
    }
}
