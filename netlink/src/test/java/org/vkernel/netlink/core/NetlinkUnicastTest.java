package org.vkernel.netlink.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.netlink.core.NetlinkFixture.next;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/** Unicasts: of the kernel, and those that wait for room, for a message, or for a signal. */
class NetlinkUnicastTest {
    private static final NetlinkAddress RECEIVER = new NetlinkAddress(77, 0);

    private static NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_USERSOCK);
    }

    private static int drops(NetlinkSocket socket) {
        return socket.getsockoptWords(
                        SocketOption.SOL_SOCKET,
                        SocketOption.SO_MEMINFO,
                        SkMeminfo.SK_MEMINFO_VARS)[SkMeminfo.SK_MEMINFO_DROPS];
    }

    // ---- Of the kernel -------------------------------------------------------------------------

    @Test
    void kernelToFullReceiver_isEagain_setsEnobufsAndCountsDrop() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket socket = net.member(5)) {
            socket.setReceiveBuffer(0);
            assertEquals(1000, net.unicast(1000, 1, 5));
            assertEquals(-Errno.EAGAIN, net.unicast(1000, 2, 5));
            assertEquals(1, drops(socket));
            assertEquals(-Errno.ENOBUFS, next(socket));
            assertEquals(1, next(socket));
            assertEquals(new MessageCounts(1, 1, 0, 0), net.netlink.counts());
        }
    }

    @Test
    void kernelToNobody_isEconnrefused() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket connected = net.member(5)) {
            assertEquals(-Errno.ECONNREFUSED, net.unicast(10, 1, 6));
            connected.connect(0, 0);
            assertEquals(10, net.unicast(10, 1, 5), "connected to the kernel");
            connected.connect(8, 0);
            assertEquals(-Errno.ECONNREFUSED, net.unicast(10, 1, 5));
            connected.disconnect();
            assertEquals(10, net.unicast(10, 2, 5));
        }
    }

    // ---- Waiting for room
    // ------------------------------------------------------------------------

    /** A receiver that is full, a sender that waits, and what the sender got. */
    private static List<String> sendToFull(KernelConfig config, Duration timeout, int signal) {
        List<String> log = new ArrayList<>();
        try (VirtualKernel kernel = VirtualKernel.boot(config);
                NetlinkSocket receiver = open(kernel.init())) {
            receiver.bind(77, 0);
            receiver.setReceiveBuffer(0);
            UserProcess sender =
                    kernel.spawn(
                            "sender",
                            self -> {
                                try (NetlinkSocket socket = open(self)) {
                                    socket.setSendTimeout(timeout);
                                    self.handle(UserProcess.SIGUSR1, () -> log.add("signal"));
                                    for (int i = 1; i <= 2; i++) {
                                        byte[] message = new byte[1000];
                                        message[0] = (byte) i;
                                        int result = socket.trySend(message, 0, 1000, 0, RECEIVER);
                                        long now = kernel.clock().ns() / 1_000_000;
                                        log.add(result + (timeout.isZero() ? "" : " at " + now));
                                    }
                                }
                            });
            kernel.runFor(Duration.ofMillis(100));
            if (signal != 0) {
                kernel.kill(sender, signal);
            } else if (timeout.isZero()) {
                assertEquals(List.of("1000"), log, "the second send waits");
                assertEquals(1, next(receiver));
            }
            kernel.join(sender);
            log.add("left " + next(receiver));
        }
        return log;
    }

    @Test
    void receiverFull_senderWaitsUntilThereIsRoom() {
        for (int seed = 0; seed < 50; seed++) {
            assertEquals(
                    List.of("1000", "1000", "left 2"),
                    sendToFull(KernelConfig.simulated(seed), Duration.ZERO, 0),
                    "seed " + seed);
        }
    }

    @Test
    void receiverFull_timeoutOfTheSender_isEagain() {
        List<String> log = sendToFull(KernelConfig.simulated(1).hz(1000), Duration.ofMillis(40), 0);
        assertEquals(List.of("1000 at 0", "-11 at 41", "left 1"), log);
    }

    @Test
    void receiverFull_signal_isEintrAfterTheHandlerRan() {
        assertEquals(
                List.of("1000", "signal", "-4", "left 1"),
                sendToFull(KernelConfig.simulated(1), Duration.ZERO, UserProcess.SIGUSR1));
    }

    @Test
    void receiverClosesWhileASenderWaits_senderIsRefused() {
        for (int seed = 0; seed < 100; seed++) {
            int[] result = {0};
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                NetlinkSocket receiver = open(kernel.init());
                receiver.bind(77, 0);
                receiver.setReceiveBuffer(0);
                UserProcess sender =
                        kernel.spawn(
                                "sender",
                                self -> {
                                    try (NetlinkSocket socket = open(self)) {
                                        byte[] message = new byte[1000];
                                        while (result[0] >= 0) {
                                            result[0] =
                                                    socket.trySend(message, 0, 1000, 0, RECEIVER);
                                        }
                                    }
                                });
                kernel.runFor(Duration.ofMillis(seed % 3));
                receiver.close();
                kernel.join(sender);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            assertEquals(-Errno.ECONNREFUSED, result[0], "seed " + seed);
        }
    }

    // ---- Waiting for a message
    // -------------------------------------------------------------------

    @Test
    void nothingThere_timeoutOfTheReceiver_isEagain() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).hz(1000));
                NetlinkSocket socket = open(kernel.init())) {
            socket.setReceiveTimeout(Duration.ofMillis(30));
            ErrnoException failure = assertThrows(ErrnoException.class, () -> socket.receive(100));
            assertEquals(Errno.EAGAIN, failure.errno());
            long ms = kernel.clock().ns() / 1_000_000;
            assertTrue(ms >= 30 && ms <= 32, "woke at " + ms + " ms");
        }
    }

    @Test
    void nothingThere_signal_isEintr() {
        List<String> log = new ArrayList<>();
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            UserProcess receiver =
                    kernel.spawn(
                            "receiver",
                            self -> {
                                self.handle(UserProcess.SIGUSR1, () -> log.add("signal"));
                                try (NetlinkSocket socket = open(self)) {
                                    log.add(Errno.name(socket.tryReceive(new byte[10], 0, 10, 0)));
                                }
                            });
            kernel.runFor(Duration.ofMillis(1));
            kernel.kill(receiver, UserProcess.SIGUSR1);
            kernel.join(receiver);
        }
        assertEquals(List.of("signal", "EINTR"), log);
    }

    @Test
    void killedWhileItWaits_allIsFreed() {
        for (KernelConfig machine :
                new KernelConfig[] {KernelConfig.simulated(1), KernelConfig.parallel()}) {
            try (VirtualKernel kernel = VirtualKernel.boot(machine)) {
                UserProcess receiver = kernel.spawn("receiver", self -> open(self).receive(10));
                kernel.runFor(Duration.ofMillis(1));
                kernel.kill(receiver, UserProcess.SIGKILL);
                kernel.join(receiver);
                assertEquals(UserProcess.SIGKILL, receiver.exitCode());
            }
        }
    }

    @Test
    void poll_waitsForAMessageAnErrorOrTheTime() {
        try (NetlinkFixture net = NetlinkFixture.boot()) {
            List<String> log = new ArrayList<>();
            UserProcess poller =
                    net.kernel.spawn(
                            "poller",
                            self -> {
                                try (NetlinkSocket socket = net.open(self)) {
                                    socket.bind(5, 1);
                                    socket.setReceiveBuffer(0);
                                    log.add("" + socket.poll(PollBit.POLLIN, millis(10)));
                                    log.add("at " + net.kernel.clock().ns() / 1_000_000);
                                    log.add("" + socket.poll(PollBit.POLLIN, millis(-1)));
                                    log.add("" + socket.receive(2000).length);
                                    log.add("" + socket.poll(PollBit.POLLPRI, millis(-1)));
                                    log.add("" + next(socket));
                                }
                            });
            net.kernel.runFor(Duration.ofMillis(50));
            assertEquals(List.of("0", "at 10"), log);
            assertEquals(0, net.broadcast(1500, 1, 0, 1));
            net.kernel.runFor(Duration.ofMillis(50));
            assertEquals(List.of("0", "at 10", "1", "1500"), log);
            net.kernel.run(() -> net.netlink.setError(net.kernelSocket, 0, 1, Errno.ENOBUFS));
            net.kernel.join(poller);
            assertEquals(List.of("0", "at 10", "1", "1500", "8", "-105"), log);
        }
    }

    private static Duration millis(long count) {
        return Duration.ofMillis(count);
    }

    // ---- Memory
    // ----------------------------------------------------------------------------------

    @Test
    void send_eachAllocationFails_isEnobufsAndLeaksNothing() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
                NetlinkSocket socket = open(kernel.init())) {
            socket.bind(77, 0);
            for (int size : new int[] {10, 5000}) {
                for (int failing = 1; failing <= 2; failing++) {
                    int fail = failing;
                    int[] asked = {0};
                    // A large message's data has a second chance, virtually contiguous.
                    kernel.mm()
                            .setFaults(
                                    SlabFaults.when((cache, bytes, gfp) ->
                                            !cache.startsWith("kmalloc") && ++asked[0] == fail));
                    byte[] message = new byte[size];
                    assertEquals(
                            size > 10 && failing == 2 ? size : -Errno.ENOBUFS,
                            socket.trySend(message, 0, size, MsgFlag.MSG_DONTWAIT, RECEIVER),
                            size + " bytes, allocation " + failing);
                }
            }
            kernel.mm().setFaults(null);
        }
    }
}
