package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.testing.Director;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;

/**
 * Each of these bugs and repairs shows what it is known for where a kernel has it, and does not
 * where a kernel was booted as usual.
 */
class CnMoreVariantsTest {
    private static final CbId ID = CbId.of(5, 100);
    private static final CbId CONNECTOR = CbId.of(-1, -1);

    /** More questions than a load or an unload asks. */
    private static final int QUESTIONS = 400;

    private static KernelConfig usual(Profile profile) {
        return KernelConfig.simulated(1).profile(profile);
    }

    private static NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(
                process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
    }

    private static boolean receivesSoundly(KernelConfig config) {
        try (var fixture = ConnectorFixture.boot(config);
                var socket = fixture.member()) {
            ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build());
            fixture.kernel.runFor(Duration.ofMillis(50));
        } catch (KernelFailedException failed) {
            return false;
        }
        return true;
    }

    @Test
    void cn01_anyMessage_isFreedTwice() {
        for (Profile profile : Profile.all()) {
            assertFalse(receivesSoundly(usual(profile).variant("CN-01")));
            assertTrue(receivesSoundly(usual(profile)));
        }
    }

    /** The user that a callback sees for a process of user 1000. */
    private static int userSeen(KernelConfig config) {
        int[] seen = {-1};
        try (var fixture = ConnectorFixture.boot(config)) {
            fixture.add(ID, "test", (message, sender) -> seen[0] = sender.uid());
            UserProcess stranger =
                    fixture.kernel.spawn(
                            "stranger",
                            1000,
                            self -> {
                                try (NetlinkSocket socket = open(self)) {
                                    ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build());
                                }
                            });
            fixture.kernel.join(stranger);
            fixture.kernel.runFor(Duration.ofMillis(50));
            fixture.del(ID);
        }
        return seen[0];
    }

    @Test
    void cn06_callback_takesAnybodyForRoot() {
        for (Profile profile : List.of(Profile.V2_6_14, Profile.V6_18)) {
            assertEquals(0, userSeen(usual(profile).variant("CN-06")));
            assertEquals(1000, userSeen(usual(profile)));
        }
    }

    /** How many notices A gets when B has taken an equal request back. */
    private static int noticesAfterTakeBack(KernelConfig config) {
        List<CnNotifyReq> idx = List.of(new CnNotifyReq(5, 1));
        List<CnNotifyReq> val = List.of(new CnNotifyReq(100, 1));
        int count = 0;
        try (var fixture = ConnectorFixture.boot(config);
                var member = fixture.member(7)) {
            byte[] ask = CnCtlMsg.of(7, idx, val).bytes().toByteArray();
            ConnectorFixture.toKernel(member, CnMsg.builder(CONNECTOR).data(ask).build());
            UserProcess other =
                    fixture.kernel.spawn(
                            "other",
                            self -> {
                                byte[] back = CnCtlMsg.of(0, idx, val).bytes().toByteArray();
                                try (NetlinkSocket socket = open(self)) {
                                    ConnectorFixture.toKernel(
                                            socket, CnMsg.builder(CONNECTOR).data(back).build());
                                }
                            });
            fixture.kernel.runFor(Duration.ofMillis(50));
            fixture.kernel.join(other);
            fixture.add(ID, "test");
            fixture.del(ID);
            while (ConnectorFixture.next(member) != null) {
                count++;
            }
        }
        return count;
    }

    @Test
    void cn10_anothersRequest_isKept() {
        assertEquals(2, noticesAfterTakeBack(usual(Profile.V2_6_14).variant("CN-10")));
        assertEquals(0, noticesAfterTakeBack(usual(Profile.V2_6_14)), "as Linux has it");
    }

    /** What is reported if insmod is held up behind {@code questions} while a process sends. */
    private static List<String> sendWhileLoading(KernelConfig config, int questions) {
        Director director = new Director();
        boolean[] begun = {false};
        boolean[] sent = {false};
        try (VirtualKernel kernel = VirtualKernel.boot(director.direct(config))) {
            UserProcess loader =
                    kernel.spawn(
                            "loader",
                            self -> {
                                begun[0] = true;
                                kernel.insmod(ConnectorModule.class);
                            });
            UserProcess sender =
                    kernel.spawn(
                            "sender",
                            self -> {
                                try (NetlinkSocket socket = open(self)) {
                                    ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build());
                                } catch (ErrnoException e) {
                                    assertEquals(Errno.EPROTONOSUPPORT, e.errno());
                                }
                                sent[0] = true;
                            });
            director.run("loader").until(() -> begun[0]);
            director.run("loader").questions(questions);
            director.run("sender").until(() -> sent[0]);
            director.start();
            kernel.join(loader);
            kernel.join(sender);
            return kernel.reports().stream().map(BugReport::rule).toList();
        }
    }

    @Test
    void cn16_sendWhileLoading_findsAQueue() {
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < QUESTIONS; i++) {
            assertEquals(
                    List.of(),
                    sendWhileLoading(usual(Profile.V6_18).variant("CN-16"), i),
                    "held up behind " + i);
            seen.addAll(sendWhileLoading(usual(Profile.V6_18), i));
        }
        assertTrue(seen.contains(CnQueue.USED_BEFORE_INIT), "as Linux has it: " + seen);
    }

    /**
     * What is reported if rmmod is held up behind {@code questions} while a process sends whose
     * socket, opened before the module came, does not pin it.
     */
    private static List<String> sendWhileUnloading(KernelConfig config, int questions) {
        Director director = new Director();
        boolean[] begun = {false};
        boolean[] sent = {false};
        KernelConfig unpinned = config.variant("NL-04");
        try (VirtualKernel kernel = VirtualKernel.boot(director.direct(unpinned))) {
            boolean[] opened = {false};
            UserProcess sender =
                    kernel.spawn(
                            "sender",
                            self -> {
                                try (NetlinkSocket socket = open(self)) {
                                    opened[0] = true;
                                    kernel.run(() -> {
                                        while (!begun[0]) {
                                            kernel.sched().relax();
                                        }
                                    });
                                    ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build());
                                } catch (ErrnoException e) {
                                    assertEquals(Errno.ECONNREFUSED, e.errno());
                                }
                                sent[0] = true;
                            });
            UserProcess loader =
                    kernel.spawn(
                            "loader",
                            self -> {
                                kernel.insmod(ConnectorModule.class);
                                begun[0] = true;
                                kernel.rmmod("cn");
                            });
            director.run("sender").until(() -> opened[0]);
            director.run("loader").until(() -> begun[0]);
            director.run("loader").questions(questions);
            director.run("sender").until(() -> sent[0]);
            director.start();
            kernel.join(sender);
            kernel.join(loader);
        } catch (KernelFailedException failed) {
            return failed.reports().stream().map(BugReport::rule).toList();
        }
        return List.of();
    }

    private static boolean endsWithCallbackLeft(KernelConfig config) {
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.insmod(ConnectorModule.class);
            kernel.run(() -> kernel.use(Connector.class).addCallback(ID, "left", (m, s) -> {}));
            boolean[] gone = {false};
            UserProcess remover =
                    kernel.spawn(
                            "remover",
                            self -> {
                                kernel.rmmod("cn");
                                gone[0] = true;
                            });
            kernel.runFor(Duration.ofSeconds(10));
            assertTrue(remover.tgid() > 1);
            return gone[0];
        }
    }

    @Test
    void cn18_callbackLeft_theConnectorGoes() {
        assertTrue(endsWithCallbackLeft(usual(Profile.V6_18).variant("CN-18")));
        assertFalse(endsWithCallbackLeft(usual(Profile.V6_18)), "as Linux has it");
    }

    /** What a send to port 50 and group 7 returns, and whether the port, a member, got it. */
    private static String sendToBoth(KernelConfig config) {
        try (var fixture = ConnectorFixture.boot(config);
                var member = fixture.socket()) {
            member.bind(50, NetlinkSocket.groups(7));
            int result = fixture.send(CnMsg.builder(ID).build(), 50, 7);
            int got = 0;
            while (ConnectorFixture.next(member) != null) {
                got++;
            }
            return Errno.name(-result) + " " + got;
        }
    }

    @Test
    void cn19_portAndGroup_bothGetIt() {
        assertTrue(sendToBoth(usual(Profile.V6_18).variant("CN-19")).endsWith(" 1"));
        assertEquals("ESRCH 0", sendToBoth(usual(Profile.V6_18)), "as Linux has it");
    }

    /** Which of three messages from two CPUs are called while another one is. */
    private static boolean overlaps(KernelConfig config) {
        for (int seed = 0; seed < 60; seed++) {
            int[] inside = {0};
            int[] most = {0};
            try (var fixture = ConnectorFixture.boot(config.seed(seed))) {
                VirtualKernel kernel = fixture.kernel;
                fixture.add(
                        ID,
                        "test",
                        (message, sender) -> {
                            most[0] = Math.max(most[0], ++inside[0]);
                            kernel.sched().relax();
                            kernel.sched().relax();
                            inside[0]--;
                        });
                List<UserProcess> senders = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    senders.add(
                            kernel.spawn(
                                    "sender" + i,
                                    self -> {
                                        try (NetlinkSocket socket = open(self)) {
                                            for (int n = 0; n < 3; n++) {
                                                ConnectorFixture.toKernel(
                                                        socket, CnMsg.builder(ID).build());
                                            }
                                        }
                                    }));
                }
                senders.forEach(kernel::join);
                kernel.runFor(Duration.ofMillis(50));
                fixture.del(ID);
            }
            if (most[0] > 1) {
                return true;
            }
        }
        return false;
    }

    @Test
    void cn21_messagesFromTwoCpus_oneCallAtATime() {
        assertFalse(overlaps(usual(Profile.V2_6_14).variant("CN-21")));
        assertTrue(overlaps(usual(Profile.V2_6_14)), "as Linux has it");
    }

    @Test
    void cn17_sendWhileUnloading_isRefused() {
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < QUESTIONS; i += 2) {
            assertEquals(
                    List.of(),
                    sendWhileUnloading(usual(Profile.V6_18).variant("CN-17"), i),
                    "held up behind " + i);
            seen.addAll(sendWhileUnloading(usual(Profile.V6_18), i));
        }
        assertTrue(seen.contains("use after free"), "as Linux has it: " + seen);
    }
}
