package org.vkernel.netlink.core;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.testing.Director;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.user.ReceivedMessage;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * Each historical bug of sending, queueing and receiving shows what it is known for where a kernel
 * has it, and does not where a kernel was booted as usual.
 */
class DeliveryVariantsTest {
    private static final int PORT = 50;
    private static final NetlinkAddress TO = new NetlinkAddress(PORT, 0);
    private static final int GROUP = 3;

    /** More questions than a send asks. */
    private static final int QUESTIONS = 60;

    private static KernelConfig usual() {
        return KernelConfig.simulated(1);
    }

    private static int meminfo(NetlinkSocket socket, int which) {
        return socket.getsockoptWords(
                        SocketOption.SOL_SOCKET,
                        SocketOption.SO_MEMINFO,
                        SkMeminfo.SK_MEMINFO_VARS)[which];
    }

    private static void set(NetlinkSocket socket, int option) {
        socket.setsockopt(NetlinkOption.SOL_NETLINK, option, 1);
    }

    private static int trySend(NetlinkSocket socket, int bytes, int flags) {
        return socket.trySend(new byte[bytes], 0, bytes, flags, TO);
    }

    /** Sends until there is no room; how many were taken. */
    private static int fill(NetlinkSocket sender) {
        int taken = 0;
        while (trySend(sender, 20, MsgFlag.MSG_DONTWAIT) > 0) {
            taken++;
        }
        return taken;
    }

    /** What a sender that waits for 100 ms, and is woken for nothing each 60 ms, has after 600. */
    private static int afterSixTimeouts(KernelConfig config) {
        int[] result = {0};
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket receiver = net.member(PORT);
                NetlinkSocket other = net.open()) {
            receiver.setReceiveBuffer(0);
            assertTrue(fill(other) > 0);
            UserProcess sender =
                    net.kernel.spawn(
                            "sender",
                            self -> {
                                NetlinkSocket socket = net.open(self);
                                socket.setSendTimeout(Duration.ofMillis(100));
                                result[0] = trySend(socket, 20, 0);
                            });
            for (int i = 0; i < 10; i++) {
                net.kernel.runFor(Duration.ofMillis(60));
                receiver.receive(20, MsgFlag.MSG_PEEK | MsgFlag.MSG_DONTWAIT);
            }
            int seen = result[0];
            while (receiver.isReadable()) {
                receiver.receive(20);
            }
            net.kernel.join(sender);
            return seen;
        }
    }

    @Test
    void nl01_wokenForNothing_waitsAnew() {
        assertEquals(0, afterSixTimeouts(usual().variant("NL-01")), "it still waits");
        assertEquals(-Errno.EAGAIN, afterSixTimeouts(usual()));
    }

    /** What is reported where a receiver takes a message as soon as it is queued. */
    private static List<String> takeAtOnce(KernelConfig config) {
        Director director = new Director();
        boolean[] taken = {false};
        NetlinkFixture net = NetlinkFixture.boot(director.direct(config));
        try (net;
                NetlinkSocket receiver = net.member(PORT)) {
            assertFalse(receiver.isReadable());
            NetlinkSock sk = requireNonNull(net.kernelSocket.table().lookup(PORT));
            UserProcess sender = net.kernel.spawn("sender", self -> trySend(net.open(self), 20, 0));
            UserProcess reader =
                    net.kernel.spawn(
                            "reader",
                            self ->
                                    net.kernel.run(() -> {
                                        while (sk.receiveQueue().isEmpty()) {
                                            net.kernel.sched().relax();
                                        }
                                        requireNonNull(sk.take(net.kernel.sched().current()))
                                                .consume();
                                        taken[0] = true;
                                    }));
            director.run("sender").until(() -> sk.receiveQueue().truesizeSum() > 0);
            director.run("reader").until(() -> taken[0]);
            director.start();
            net.kernel.join(sender);
            net.kernel.join(reader);
        } catch (KernelFailedException failed) {
            return failed.reports().stream().map(report -> report.rule()).toList();
        }
        return List.of();
    }

    @Test
    void nl03_receiverTakesAtOnce_theSenderReadsWhatIsFreed() {
        List<String> rules = takeAtOnce(usual().variant("NL-03"));
        assertTrue(rules.toString().contains("use after free"), rules::toString);
        assertEquals(List.of(), takeAtOnce(usual()));
    }

    private static int fits(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket receiver = net.member(PORT);
                NetlinkSocket sender = net.open()) {
            int taken = fill(sender);
            assertTrue(receiver.isReadable());
            return taken;
        }
    }

    /** How many fit if the first of two senders is held up behind {@code questions}. */
    private static int fitsForTwo(KernelConfig config, int questions) {
        Director director = new Director();
        boolean[] done = {false};
        try (NetlinkFixture net = NetlinkFixture.boot(director.direct(config));
                NetlinkSocket receiver = net.member(PORT)) {
            receiver.setReceiveBuffer(0);
            int[] taken = {0};
            boolean[] begun = {false};
            UserProcess one =
                    net.kernel.spawn(
                            "one",
                            self -> {
                                NetlinkSocket socket = net.open(self);
                                socket.bind(1, 0);
                                begun[0] = true;
                                if (trySend(socket, 20, MsgFlag.MSG_DONTWAIT) > 0) {
                                    taken[0]++;
                                }
                            });
            UserProcess two =
                    net.kernel.spawn(
                            "two",
                            self -> {
                                NetlinkSocket socket = net.open(self);
                                socket.bind(2, 0);
                                while (trySend(socket, 20, MsgFlag.MSG_DONTWAIT) > 0) {
                                    taken[0]++;
                                }
                                done[0] = true;
                            });
            director.run("one").until(() -> begun[0]);
            director.run("one").questions(questions);
            director.run("two").until(() -> done[0]);
            director.start();
            net.kernel.join(one);
            net.kernel.join(two);
            return taken[0];
        }
    }

    @Test
    void nl07_lookThenCharge_letsMoreInThanFits() {
        KernelConfig six = usual().profile(Profile.V6_1);
        assertEquals(278, fits(six.variant("NL-07")));
        assertEquals(277, fits(six));

        int fit = 0;
        int most = 0;
        for (int i = 0; i < QUESTIONS; i++) {
            fit = Math.max(fit, fitsForTwo(usual(), i));
            most = Math.max(most, fitsForTwo(usual().variant("NL-07"), i));
        }
        assertEquals(fit + 2, most, "one for each of the two that have looked");
    }

    /** Whether a receiver can be filled to its last byte by a sender that may wait. */
    private static boolean canBeFilled(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket receiver = net.member(PORT)) {
            UserProcess sender =
                    net.kernel.spawn(
                            "sender",
                            self -> {
                                NetlinkSocket socket = net.open(self);
                                assertEquals(20, trySend(socket, 20, 0));
                                int truesize = meminfo(receiver, SkMeminfo.SK_MEMINFO_RMEM_ALLOC);
                                receiver.setReceiveBuffer(truesize * 2); // which is doubled
                                for (int i = 1; i < 4; i++) {
                                    assertEquals(20, trySend(socket, 20, 0));
                                }
                            });
            net.kernel.join(sender);
            return true;
        } catch (KernelFailedException failed) {
            return false;
        }
    }

    @Test
    void nl10_filledToTheByte_isTriedForEver() {
        assertFalse(canBeFilled(usual().variant("NL-10")));
        assertTrue(canBeFilled(usual()));
    }

    /** Whether all is well where a receiver closes while a sender waits for room in it. */
    private static boolean survivesClose(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config)) {
            NetlinkSocket receiver = net.member(PORT);
            receiver.setReceiveBuffer(0);
            int[] result = {0};
            UserProcess sender =
                    net.kernel.spawn(
                            "sender",
                            self -> {
                                NetlinkSocket socket = net.open(self);
                                int sent = 1;
                                while (sent > 0) {
                                    sent = trySend(socket, 20, 0);
                                }
                                result[0] = sent;
                            });
            net.kernel.runFor(Duration.ofMillis(10));
            receiver.close();
            net.kernel.join(sender);
            net.kernel.run(() -> net.kernel.rcu().barrier());
            assertEquals(-Errno.ECONNREFUSED, result[0]);
        } catch (KernelFailedException failed) {
            return false;
        }
        return true;
    }

    @Test
    void nl11_receiverClosesUnderAWaiter_isPutTwice() {
        assertFalse(survivesClose(usual().variant("NL-11")));
        assertTrue(survivesClose(usual()));
    }

    /** What a process of another user gets from a send to {@link #TO}. */
    private static int sendOfStranger(KernelConfig config) {
        int[] result = {0};
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket receiver = net.member(PORT)) {
            UserProcess stranger =
                    net.kernel.spawn(
                            "stranger",
                            1000,
                            self -> result[0] = trySend(net.open(self), 20, MsgFlag.MSG_DONTWAIT));
            net.kernel.join(stranger);
            assertEquals(result[0] > 0, receiver.isReadable());
        }
        return result[0];
    }

    @Test
    void nl12_strangerSendsToAnybody() {
        assertEquals(20, sendOfStranger(usual().variant("NL-12")));
        assertEquals(-Errno.EPERM, sendOfStranger(usual()));
    }

    /** The user that a receiver is shown for a process of user 1000. */
    private static int userShown(KernelConfig config) {
        try (NetlinkFixture net =
                        NetlinkFixture.boot(
                                config, setup -> setup.flags(NetlinkKernelConfig.NONROOT_SEND));
                NetlinkSocket receiver = net.member(PORT)) {
            receiver.setsockopt(SocketOption.SOL_SOCKET, SocketOption.SO_PASSCRED, 1);
            UserProcess sender =
                    net.kernel.spawn("sender", 1000, self -> trySend(net.open(self), 20, 0));
            net.kernel.join(sender);
            ReceivedMessage message = receiver.recvmsg(100, MsgFlag.MSG_DONTWAIT, 256);
            return requireNonNull(message.creds()).uid();
        }
    }

    @Test
    void nl13_noCredentialsGiven_areThoseOfTheKernel() {
        assertEquals(0, userShown(usual().variant("NL-13")));
        assertEquals(1000, userShown(usual()));
    }

    private static int bytesTapped(KernelConfig config, int bytes) {
        List<byte[]> seen = new ArrayList<>();
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket receiver = net.member(PORT);
                NetlinkSocket sender = net.open()) {
            net.netlink.addTap((time, protocol, toKernel, message) -> seen.add(message));
            assertEquals(bytes, trySend(sender, bytes, 0));
            assertEquals(bytes, receiver.receive(10_000).length);
        }
        return seen.getFirst().length;
    }

    @Test
    void nl17_largeMessage_tapIsShownMore() {
        KernelConfig six = usual().profile(Profile.V6_1); // large messages are vmalloc()ed there
        assertTrue(bytesTapped(six.variant("NL-17"), 4100) > 4100);
        assertEquals(200, bytesTapped(six.variant("NL-17"), 200));
        assertEquals(4100, bytesTapped(six, 4100));
    }

    private static int afterGroupError(KernelConfig config, boolean unwanted) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket member = net.member(PORT, GROUP)) {
            if (unwanted) {
                set(member, NetlinkOption.NETLINK_NO_ENOBUFS);
            }
            net.kernel.run(() -> net.netlink.setError(net.kernelSocket, 0, GROUP, Errno.ENOBUFS));
            return member.tryReceive(new byte[200], 0, 200, MsgFlag.MSG_DONTWAIT);
        }
    }

    @Test
    void nl18_groupError_isReadAsALength() {
        assertEquals(105, afterGroupError(usual().variant("NL-18"), false));
        assertEquals(-Errno.ENOBUFS, afterGroupError(usual(), false));
    }

    @Test
    void nl18a_groupError_reachesWhoDoesNotWantIt() {
        assertEquals(-Errno.ENOBUFS, afterGroupError(usual().variant("NL-18a"), true));
        assertEquals(-Errno.EAGAIN, afterGroupError(usual(), true));
    }

    /** What a member reads that lost a message for want of memory, and was sent another one. */
    private static int afterLostCopy(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket second = net.member(PORT, GROUP);
                NetlinkSocket first = net.member(PORT + 1, GROUP)) {
            boolean[] failing = {false};
            net.kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> failing[0]));
            int error =
                    net.kernel.call(() -> {
                        var message = net.message(20, 1);
                        failing[0] = true;
                        return net.netlink.broadcast(
                                net.kernelSocket, message, 0, GROUP, GfpMask.KERNEL);
                    });
            net.kernel.mm().setFaults(null);
            assertEquals(0, error);
            assertEquals(1, NetlinkFixture.next(first));
            assertEquals(-Errno.ENOBUFS, NetlinkFixture.next(second));
            assertEquals(0, net.broadcast(20, 2, 0, GROUP));
            assertEquals(2, NetlinkFixture.next(first));
            return NetlinkFixture.next(second);
        }
    }

    @Test
    void nl21a_errorReadFromAnEmptySocket_endsNoCongestion() {
        assertEquals(-Errno.EAGAIN, afterLostCopy(usual().variant("NL-21a")));
        assertEquals(2, afterLostCopy(usual()));
    }

    /** A member of {@link #GROUP} that has lost the last of a few messages. */
    private static NetlinkSocket overrun(NetlinkFixture net, boolean unwanted) {
        NetlinkSocket member = net.member(PORT, GROUP);
        member.setReceiveBuffer(0);
        if (unwanted) {
            set(member, NetlinkOption.NETLINK_NO_ENOBUFS);
        }
        while (net.broadcast(20, 1, 0, GROUP) == 0) {
            // there was room
        }
        return member;
    }

    private static List<Integer> readWithLossBetween(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket member = overrun(net, false)) {
            List<Integer> read = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                read.add(NetlinkFixture.next(member));
                var _ = net.broadcast(20, 2, 0, GROUP);
            }
            return read;
        }
    }

    @Test
    void nl21b_lossesWhileCongested_areErrorsEach() {
        assertEquals(
                List.of(-Errno.ENOBUFS, -Errno.ENOBUFS),
                readWithLossBetween(usual().variant("NL-21b")));
        assertEquals(List.of(-Errno.ENOBUFS, 1), readWithLossBetween(usual()));
    }

    private static int dropsOfUnwilling(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket member = overrun(net, true)) {
            return meminfo(member, SkMeminfo.SK_MEMINFO_DROPS);
        }
    }

    @Test
    void nl21c_lossesOfTheUnwilling_areNotCounted() {
        assertEquals(0, dropsOfUnwilling(usual().variant("NL-21c")));
        assertEquals(1, dropsOfUnwilling(usual()));
    }

    private static int afterReadEmpty(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket member = overrun(net, false)) {
            while (NetlinkFixture.next(member) != -Errno.EAGAIN) {
                // the error, then messages
            }
            return net.broadcast(20, 2, 0, GROUP);
        }
    }

    @Test
    void nl21d_readEmpty_staysCongested() {
        assertEquals(-Errno.ESRCH, afterReadEmpty(usual().variant("NL-21d")));
        assertEquals(0, afterReadEmpty(usual()));
    }

    private static int afterOption(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket member = overrun(net, false)) {
            set(member, NetlinkOption.NETLINK_NO_ENOBUFS);
            assertEquals(-Errno.ENOBUFS, NetlinkFixture.next(member));
            assertEquals(1, NetlinkFixture.next(member));
            return net.broadcast(20, 2, 0, GROUP);
        }
    }

    @Test
    void nl21e_optionSetWhileCongested_staysCongested() {
        assertEquals(-Errno.ESRCH, afterOption(usual().variant("NL-21e")));
        assertEquals(0, afterOption(usual()));
    }

    private static String sendToShortAddress(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config)) {
            int result =
                    net.kernel.call(() -> {
                        VirtualKernel kernel = net.kernel;
                        return net.netlink
                                .sendPath()
                                .sendmsg(
                                        kernel.sched().current(),
                                        net.kernelSocket,
                                        kernel.init(),
                                        new byte[20],
                                        0,
                                        20,
                                        MsgFlag.MSG_DONTWAIT,
                                        new SockaddrNl(4, AddressFamily.AF_NETLINK, 77, 0),
                                        null);
                    });
            return Errno.name(-result);
        } catch (KernelFailedException failed) {
            return failed.reports().getFirst().rule();
        }
    }

    @Test
    void nl55a_shortAddress_isReadBeyondItsEnd() {
        assertEquals("out-of-bounds read", sendToShortAddress(usual().variant("NL-55a")));
        assertEquals("EINVAL", sendToShortAddress(usual()));
    }
}
