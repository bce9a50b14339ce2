package org.vkernel.netlink.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * Many senders and receivers on the parallel machine.
 *
 * <p>Unicasts block for room and must all arrive, those of one sender in order; multicasts may be
 * lost, but each lost copy is counted. At the end nothing is left.
 */
class NetlinkStressTest {
    private static final int SENDERS = 8;
    private static final int RECEIVERS = 8;
    private static final int UNICASTS_EACH = 10_000;
    private static final int MULTICASTS_EACH = 5_000;
    private static final int FIRST_PORTID = 1000;

    private static NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_USERSOCK);
    }

    private static void put(byte[] message, int sender, int number) {
        message[0] = (byte) sender;
        message[1] = (byte) (number >> 16);
        message[2] = (byte) (number >> 8);
        message[3] = (byte) number;
    }

    private static int number(byte[] message) {
        return (message[1] & 0xff) << 16 | (message[2] & 0xff) << 8 | (message[3] & 0xff);
    }

    @Test
    void blockingUnicasts_allToAll_allArriveInOrder() {
        int[][] next = new int[RECEIVERS][SENDERS];
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
            List<UserProcess> receivers = new ArrayList<>();
            for (int i = 0; i < RECEIVERS; i++) {
                int me = i;
                receivers.add(
                        kernel.spawn(
                                "receiver" + i,
                                self -> {
                                    try (NetlinkSocket socket = open(self)) {
                                        socket.bind(FIRST_PORTID + me, 0);
                                        byte[] buffer = new byte[64];
                                        for (int n = 0; n < SENDERS * UNICASTS_EACH; n++) {
                                            assertEquals(64, socket.receiveInto(buffer));
                                            int sender = buffer[0];
                                            assertEquals(next[me][sender]++, number(buffer));
                                        }
                                    }
                                }));
            }
            List<UserProcess> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                int me = i;
                senders.add(
                        kernel.spawn(
                                "sender" + i,
                                self -> {
                                    try (NetlinkSocket socket = open(self)) {
                                        sendToAll(kernel, socket, me);
                                    }
                                }));
            }
            senders.forEach(kernel::join);
            receivers.forEach(kernel::join);
            long all = (long) SENDERS * RECEIVERS * UNICASTS_EACH;
            assertEquals(new MessageCounts(all, all, 0, 0), kernel.use(Netlink.class).counts());
            kernel.run(() -> kernel.rcu().barrier());
            assertEquals(0, kernel.skbs().live());
        }
    }

    private static void sendToAll(VirtualKernel kernel, NetlinkSocket socket, int me) {
        NetlinkAddress[] to = new NetlinkAddress[RECEIVERS];
        for (int i = 0; i < RECEIVERS; i++) {
            to[i] = new NetlinkAddress(FIRST_PORTID + i, 0);
        }
        byte[] message = new byte[64];
        for (int n = 0; n < UNICASTS_EACH; n++) {
            put(message, me, n);
            for (int i = 0; i < RECEIVERS; i++) {
                int result;
                while ((result = socket.trySend(message, 0, 64, 0, to[i])) == -Errno.ECONNREFUSED) {
                    // Not there yet.
                    kernel.run(kernel.sched()::condResched);
                }
                assertEquals(64, result);
            }
        }
    }

    @Test
    void multicasts_eachCopyIsDeliveredOrCountedAsDropped() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
            List<NetlinkSocket> members = new ArrayList<>();
            for (int i = 0; i < RECEIVERS; i++) {
                NetlinkSocket socket = open(kernel.init());
                socket.bind(FIRST_PORTID + i, 1);
                members.add(socket);
            }
            List<UserProcess> processes = new ArrayList<>();
            long[] received = new long[RECEIVERS];
            for (int i = 0; i < SENDERS; i++) {
                processes.add(
                        kernel.spawn(
                                "sender" + i,
                                self -> {
                                    try (NetlinkSocket socket = open(self)) {
                                        byte[] message = new byte[64];
                                        NetlinkAddress to = new NetlinkAddress(0, 1);
                                        for (int n = 0; n < MULTICASTS_EACH; n++) {
                                            assertEquals(
                                                    -Errno.ECONNREFUSED,
                                                    socket.trySend(message, 0, 64, 0, to));
                                        }
                                    }
                                }));
            }
            processes.forEach(kernel::join);
            for (int i = 0; i < RECEIVERS; i++) {
                received[i] = drain(members.get(i));
                members.get(i).close();
            }
            MessageCounts counts = kernel.use(Netlink.class).counts();
            assertEquals((long) SENDERS * RECEIVERS * MULTICASTS_EACH, counts.sent());
            assertEquals(Arrays.stream(received).sum(), counts.delivered());
            assertEquals(counts.sent(), counts.delivered() + counts.dropped());
        }
    }

    private static long drain(NetlinkSocket socket) {
        byte[] buffer = new byte[64];
        long count = 0;
        for (; ; ) {
            int result = socket.tryReceive(buffer, 0, 64, MsgFlag.MSG_DONTWAIT);
            if (result == -Errno.EAGAIN) {
                return count;
            }
            count += result == 64 ? 1 : 0;
        }
    }
}
