package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.connector.abi.ProcEventLayout;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.user.NetlinkSocket;

/**
 * Each bug and repair of process events shows what it is known for where a kernel has it, and does
 * not where a kernel was booted as usual.
 */
class ProcVariantsTest {
    private static KernelConfig usual(Profile profile) {
        return KernelConfig.simulated(1).profile(profile);
    }

    private static final KernelConfig SIX = usual(Profile.V6_1);
    private static final KernelConfig NEW = usual(Profile.V6_18);

    /** The messages that init gets which listens with this number. */
    private static List<CnMsg> ackOf(KernelConfig config, int seq) {
        try (var fixture = ConnectorFixture.boot(config);
                var listener = ProcListener.member(fixture.kernel.init())) {
            listener.ask(seq, 0, ProcInput.listen().toByteArray());
            return listener.messages();
        }
    }

    private static boolean isZeroBehindAck(KernelConfig config) {
        byte[] bytes = ackOf(config, 0).getFirst().toByteArray();
        int end = CnMsgLayout.SIZE + ProcEventLayout.EVENT_DATA + Integer.BYTES;
        boolean zero = true;
        for (int i = end; i < bytes.length; i++) {
            zero &= bytes[i] == 0;
        }
        return zero;
    }

    @Test
    void cp01_smallEvent_showsTheStack() {
        for (KernelConfig config : List.of(SIX, NEW)) {
            assertFalse(isZeroBehindAck(config.variant("CP-01")));
            assertTrue(isZeroBehindAck(config));
        }
    }

    /** Whether root's events go on when a process of user 1000 has asked for IGNORE. */
    private static boolean goesOnAfterStrangersIgnore(KernelConfig config) {
        try (var fixture = ConnectorFixture.boot(config);
                var listener = ProcListener.listening(fixture.kernel.init())) {
            UserProcess stranger =
                    fixture.kernel.spawn(
                            "stranger",
                            1000,
                            self -> {
                                try (var own = ProcListener.open(self)) {
                                    own.ask(ProcInput.ignore());
                                }
                            });
            fixture.kernel.join(stranger);
            listener.events();
            fixture.kernel.join(fixture.kernel.spawn("later", self -> {}));
            return !listener.events().isEmpty();
        }
    }

    @Test
    void cp03_strangersIgnore_stopsTheEvents() {
        assertFalse(goesOnAfterStrangersIgnore(SIX.variant("CP-03")));
        assertTrue(goesOnAfterStrangersIgnore(SIX));
    }

    /**
     * Whether root's events go on when a privileged process has written an IGNORE to a socket that
     * it opened without rights.
     */
    private static boolean goesOnAfterMisledIgnore(KernelConfig config) {
        try (var fixture = ConnectorFixture.boot(config);
                var listener = ProcListener.listening(fixture.kernel.init())) {
            byte[] ignore = ProcInput.ignore().toByteArray();
            CnMsg message = CnMsg.builder(ProcListener.ID).data(ignore).build();
            UserProcess misled =
                    fixture.kernel.spawn(
                            "misled",
                            self -> {
                                self.setresuid(Credentials.KEEP, 1000, Credentials.KEEP);
                                try (NetlinkSocket socket = NetlinkSocket.open(self, 2, 11)) {
                                    self.setresuid(Credentials.KEEP, 0, Credentials.KEEP);
                                    socket.send(message.toNlMsg(0).toByteArray());
                                }
                            });
            fixture.kernel.join(misled);
            listener.events();
            fixture.kernel.join(fixture.kernel.spawn("later", self -> {}));
            return !listener.events().isEmpty();
        }
    }

    @Test
    void nl14_openerWithoutRights_isForgotten() {
        assertFalse(goesOnAfterMisledIgnore(SIX.variant("NL-14")));
        assertTrue(goesOnAfterMisledIgnore(SIX));
    }

    private static boolean sendsSoundly(KernelConfig config) {
        try (var fixture = ConnectorFixture.boot(config);
                var listener = ProcListener.listening(fixture.kernel.init())) {
            fixture.kernel.join(fixture.kernel.spawn("child", self -> {}));
            assertFalse(listener.events().isEmpty());
        } catch (KernelFailedException failed) {
            return false;
        }
        return true;
    }

    @Test
    void cp05_anyEvent_sleepsUnderTheLock() {
        for (KernelConfig config : List.of(SIX, NEW)) {
            assertFalse(sendsSoundly(config.variant("CP-05")));
            assertTrue(sendsSoundly(config));
        }
    }

    @Test
    void cp06_ack_hasTheRequestsNumber() {
        for (KernelConfig config : List.of(SIX, NEW)) {
            assertEquals(0x1234, ackOf(config.variant("CP-06"), 0x1234).getFirst().seq());
            assertEquals(0, ackOf(config, 0x1234).getFirst().seq(), "as Linux has it");
        }
    }

    /** The answers to an IGNORE that ends the listening. */
    private static List<ProcEvent> answersToLastIgnore(KernelConfig config) {
        try (var fixture = ConnectorFixture.boot(config);
                var listener = ProcListener.listening(fixture.kernel.init())) {
            listener.ask(ProcInput.ignore());
            return listener.events();
        }
    }

    @Test
    void cp07_lastIgnore_isAcknowledged() {
        assertEquals(1, answersToLastIgnore(SIX.variant("CP-07")).size());
        assertEquals(List.of(), answersToLastIgnore(SIX), "as Linux has it");
    }

    private static boolean survivesSilentMember(KernelConfig config) {
        try (var fixture = ConnectorFixture.boot(config);
                var silent = ProcListener.member(fixture.kernel.init());
                var listener = ProcListener.listening(fixture.kernel.init())) {
            fixture.kernel.join(fixture.kernel.spawn("child", self -> {}));
            assertFalse(listener.events().isEmpty());
            assertFalse(silent.events().isEmpty(), "who has not asked gets all");
        } catch (KernelFailedException failed) {
            return false;
        }
        return true;
    }

    @Test
    void cp11_memberThatNeverAsked_isANullPointer() {
        assertFalse(survivesSilentMember(NEW.variant("CP-11")));
        assertTrue(survivesSilentMember(NEW));
    }

    /** Which of the groups 1 to 4 a process of user 1000 can join. */
    private static List<Integer> openGroups(KernelConfig config) {
        List<Integer> joined = new ArrayList<>();
        try (var fixture = ConnectorFixture.boot(config)) {
            UserProcess stranger =
                    fixture.kernel.spawn(
                            "stranger",
                            1000,
                            self -> {
                                for (int group = 1; group <= 4; group++) {
                                    try (NetlinkSocket socket = NetlinkSocket.open(self, 2, 11)) {
                                        socket.joinGroup(group);
                                        joined.add(group);
                                    } catch (ErrnoException e) {
                                        assertEquals(Errno.EPERM, e.errno());
                                    }
                                }
                            });
            fixture.kernel.join(stranger);
        }
        return joined;
    }

    @Test
    void cp12_groupOne_isTheOnlyOpenOne() {
        assertEquals(List.of(1), openGroups(NEW.variant("CP-12")));
        assertEquals(List.of(1, 3), openGroups(NEW), "as Linux has it");
    }
}
