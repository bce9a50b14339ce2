package org.vkernel.netlink.core;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.irq.Softirqs;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * Senders and receivers under many schedules of the simulated machine.
 *
 * <p>Each run is one seed, on one to three CPUs. Whatever the schedule: no message is lost or
 * doubled that the protocol does not allow to lose, messages of one sender arrive in order, nobody
 * sleeps for ever, and nothing is left behind. A failure names its seed.
 */
class NetlinkSimTest {
    private static final int SEEDS = 300;
    private static final int MESSAGES = 4;

    private static NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_USERSOCK);
    }

    private interface Run {
        void run(VirtualKernel kernel, int seed) throws Exception;
    }

    private static void underManySchedules(Run run) {
        for (int seed = 0; seed < SEEDS; seed++) {
            KernelConfig config = KernelConfig.simulated(seed).cpus(1 + seed % 3);
            try (VirtualKernel kernel = VirtualKernel.boot(config)) {
                run.run(kernel, seed);
                kernel.run(() -> kernel.rcu().barrier());
                MessageCounts counts = kernel.use(Netlink.class).counts();
                assertEquals(0, counts.queued(), counts.toString());
                assertEquals(0, kernel.skbs().live());
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** Sends blocking, as soon as there is somebody. */
    private static void sendAll(NetlinkSocket socket, int sender, NetlinkAddress to) {
        byte[] message = new byte[1000];
        message[0] = (byte) sender;
        for (int i = 0; i < MESSAGES; i++) {
            message[1] = (byte) i;
            assertEquals(1000, socket.trySend(message, 0, 1000, 0, to));
        }
    }

    @Test
    void twoSendersOneSmallReceiver_allArrivesInTheOrderOfEachSender() {
        underManySchedules((kernel, seed) -> {
            NetlinkSocket receiver = open(kernel.init());
            receiver.bind(77, 0);
            receiver.setReceiveBuffer(0);
            List<UserProcess> senders = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int number = i;
                senders.add(
                        kernel.spawn(
                                "sender" + i,
                                self -> {
                                    try (NetlinkSocket socket = open(self)) {
                                        sendAll(socket, number, new NetlinkAddress(77, 0));
                                    }
                                }));
            }
            int[] next = new int[2];
            byte[] buffer = new byte[1000];
            for (int i = 0; i < 2 * MESSAGES; i++) {
                assertEquals(1000, receiver.receiveInto(buffer));
                assertEquals(next[buffer[0]]++, buffer[1], "of sender " + buffer[0]);
            }
            senders.forEach(kernel::join);
            receiver.close();
            assertEquals(
                    new MessageCounts(2 * MESSAGES, 2 * MESSAGES, 0, 0),
                    kernel.use(Netlink.class).counts());
        });
    }

    @Test
    void receiverClosesInTheMiddle_sendersGetAnswers_andNothingIsLeft() {
        underManySchedules((kernel, seed) -> {
            UserProcess receiver =
                    kernel.spawn(
                            "receiver",
                            self -> {
                                try (NetlinkSocket socket = open(self)) {
                                    socket.bind(77, 1);
                                    socket.setReceiveBuffer(0);
                                    for (int i = 0; i < seed % 4; i++) {
                                        socket.tryReceive(
                                                new byte[10], 0, 10, MsgFlag.MSG_DONTWAIT);
                                    }
                                }
                            });
            UserProcess sender =
                    kernel.spawn(
                            "sender",
                            self -> {
                                try (NetlinkSocket socket = open(self)) {
                                    byte[] message = new byte[1000];
                                    NetlinkAddress to = new NetlinkAddress(77, seed % 2);
                                    for (int i = 0; i < 20; i++) {
                                        int result = socket.trySend(message, 0, 1000, 0, to);
                                        assertTrue(
                                                result == 1000 || result == -Errno.ECONNREFUSED,
                                                () -> "a send was answered otherwise");
                                    }
                                }
                            });
            kernel.join(receiver);
            kernel.join(sender);
        });
    }

    @Test
    void multicastsWhileMembersComeAndGo_countsAddUp() {
        underManySchedules((kernel, seed) -> {
            List<UserProcess> processes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int portid = 100 + i;
                processes.add(
                        kernel.spawn(
                                "member" + i,
                                self -> {
                                    for (int round = 0; round < 2; round++) {
                                        try (NetlinkSocket socket = open(self)) {
                                            socket.setReceiveBuffer(0);
                                            socket.bind(portid, 1);
                                            byte[] buffer = new byte[2000];
                                            socket.tryReceive(
                                                    buffer, 0, 2000, MsgFlag.MSG_DONTWAIT);
                                            socket.leaveGroup(1);
                                        }
                                    }
                                }));
            }
            processes.add(
                    kernel.spawn(
                            "sender",
                            self -> {
                                try (NetlinkSocket socket = open(self)) {
                                    for (int i = 0; i < 5; i++) {
                                        int result =
                                                socket.trySend(
                                                        new byte[900],
                                                        0,
                                                        900,
                                                        0,
                                                        new NetlinkAddress(0, 1));
                                        assertEquals(-Errno.ECONNREFUSED, result);
                                    }
                                }
                            }));
            processes.forEach(kernel::join);
        });
    }

    @Test
    void softirqSends_whileAProcessReceivesAndAnotherSends() {
        underManySchedules((kernel, seed) -> {
            Netlink netlink = kernel.use(Netlink.class);
            NetlinkSock kernelSocket =
                    requireNonNull(
                            kernel.call(() ->
                                    netlink.kernelCreate(
                                            NetlinkFixture.PROTOCOL, NetlinkKernelConfig.DEFAULT)));
            int[] sent = {0};
            kernel.softirqs()
                    .open(
                            Softirqs.NET_TX,
                            cpu -> {
                                SkBuff skb =
                                        requireNonNull(kernel.skbs().alloc(100, GfpMask.ATOMIC));
                                skb.putZero(100);
                                int result =
                                        netlink.broadcast(kernelSocket, skb, 0, 1, GfpMask.ATOMIC);
                                sent[0] += result == 0 ? 1 : 0;
                            });
            NetlinkSocket member =
                    NetlinkSocket.open(kernel.init(), SocketType.SOCK_RAW, NetlinkFixture.PROTOCOL);
            member.bind(5, 1);
            UserProcess raiser =
                    kernel.spawn(
                            "raiser",
                            self -> {
                                for (int i = 0; i < 5; i++) {
                                    kernel.run(() -> kernel.softirqs().raise(Softirqs.NET_TX));
                                }
                            });
            UserProcess sender =
                    kernel.spawn(
                            "sender",
                            self -> {
                                try (NetlinkSocket socket =
                                        NetlinkSocket.open(
                                                self,
                                                SocketType.SOCK_RAW,
                                                NetlinkFixture.PROTOCOL)) {
                                    for (int i = 0; i < 5; i++) {
                                        socket.sendTo(new byte[50], new NetlinkAddress(5, 0));
                                    }
                                }
                            });
            for (int i = 0; i < 6; i++) {
                assertTrue(member.receive(100).length >= 50);
            }
            kernel.join(raiser);
            kernel.join(sender);
            member.close();
            kernel.run(() -> netlink.kernelRelease(kernelSocket));
            kernel.run(() -> kernel.rcu().barrier());
            assertEquals(5 + sent[0], netlink.counts().sent());
        });
    }

    @Test
    void autobindOfManyTasksAtOnce_allGetDifferentPortids() {
        underManySchedules((kernel, seed) -> {
            List<Integer> portids = new ArrayList<>();
            List<UserProcess> processes = new ArrayList<>();
            NetlinkSocket taken = open(kernel.init());
            for (int i = 0; i < 3; i++) {
                processes.add(
                        kernel.spawn(
                                "p" + i,
                                self -> {
                                    NetlinkSocket first = open(self);
                                    NetlinkSocket second = open(self);
                                    first.bind(NetlinkSocket.AUTO, 0);
                                    second.bind(NetlinkSocket.AUTO, 0);
                                    portids.add(first.getsockname().pid());
                                    portids.add(second.getsockname().pid());
                                }));
            }
            processes.forEach(kernel::join);
            taken.close();
            assertEquals(6, portids.stream().distinct().count(), portids.toString());
        });
    }
}
