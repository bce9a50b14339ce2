package org.vkernel.netlink.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.skb.SkBuffSizes;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * Random unicasts, multicasts and receives among three sockets, against a model that is three
 * queues: what is received is what was sent, in order; what is charged is the sum of the truesizes
 * of what is queued; closing frees all.
 */
class NetlinkSocketProperties {
    private static final int SOCKETS = 3;

    /** A socket's side of the model. */
    private static final class Model {
        final Queue<byte[]> queue = new ArrayDeque<>();
        final Queue<Integer> charges = new ArrayDeque<>();
        boolean congested;
        boolean error;
        int drops;

        int charged() {
            return charges.stream().mapToInt(Integer::intValue).sum();
        }

        boolean takes(int truesize, int rcvbuf) {
            return !congested && (charged() == 0 || charged() + truesize <= rcvbuf);
        }

        void add(byte[] message, int truesize) {
            queue.add(message);
            charges.add(truesize);
        }

        void overrun() {
            drops++;
            error |= !congested;
            congested = true;
        }
    }

    @Property(tries = 150)
    void anyOperations_answerAsTheModel(
            @ForAll @Size(max = 80) List<@IntRange(max = 23) Integer> operations,
            @ForAll @IntRange(max = 6000) int size,
            @ForAll @IntRange(max = 12_000) int buffer,
            @ForAll boolean parallel) {
        KernelConfig machine = parallel ? KernelConfig.parallel() : KernelConfig.simulated(1);
        try (VirtualKernel kernel = VirtualKernel.boot(machine)) {
            NetlinkSocket[] sockets = new NetlinkSocket[SOCKETS];
            Model[] models = new Model[SOCKETS];
            for (int i = 0; i < SOCKETS; i++) {
                sockets[i] =
                        NetlinkSocket.open(
                                kernel.init(),
                                SocketType.SOCK_RAW,
                                NetlinkProtocol.NETLINK_USERSOCK);
                sockets[i].bind(100 + i, 1);
                sockets[i].setReceiveBuffer(buffer);
                models[i] = new Model();
            }
            int rcvbuf = Math.max(2 * buffer, 2304);
            for (int i = 0; i < operations.size(); i++) {
                int operation = operations.get(i);
                int length = 1 + (size + i * 137) % 6000;
                byte[] message = new byte[length];
                Arrays.fill(message, (byte) i);
                int from = operation % SOCKETS;
                int to = operation / SOCKETS % SOCKETS;
                switch (operation / 9) {
                    case 0 -> unicast(sockets, models, from, to, message, rcvbuf);
                    case 1 -> multicast(sockets, models, from, message, rcvbuf);
                    default -> receive(sockets[from], models[from]);
                }
                check(sockets, models);
                kernel.run(() -> kernel.use(Netlink.class).checkInvariants());
            }
            for (NetlinkSocket socket : sockets) {
                socket.close();
            }
            kernel.run(() -> kernel.rcu().barrier());
            assertEquals(0, kernel.skbs().live());
            assertEquals(0, kernel.use(Netlink.class).counts().queued());
        }
    }

    private static void unicast(
            NetlinkSocket[] sockets, Model[] models, int from, int to, byte[] message, int rcvbuf) {
        int truesize = SkBuffSizes.sendTruesize(Profile.V6_18, message.length, false);
        boolean taken = models[to].takes(truesize, rcvbuf);
        int result =
                sockets[from].trySend(
                        message,
                        0,
                        message.length,
                        MsgFlag.MSG_DONTWAIT,
                        new NetlinkAddress(100 + to, 0));
        assertEquals(taken ? message.length : -Errno.EAGAIN, result);
        if (taken) {
            models[to].add(message, truesize);
        }
    }

    private static void multicast(
            NetlinkSocket[] sockets, Model[] models, int from, byte[] message, int rcvbuf) {
        int truesize = SkBuffSizes.sendTruesize(Profile.V6_18, message.length, true);
        for (int to = 0; to < SOCKETS; to++) {
            if (to == from) {
                continue;
            }
            if (models[to].takes(truesize, rcvbuf)) {
                models[to].add(message, truesize);
            } else {
                models[to].overrun();
            }
        }
        int result =
                sockets[from].trySend(
                        message, 0, message.length, MsgFlag.MSG_DONTWAIT, new NetlinkAddress(0, 1));
        assertEquals(-Errno.ECONNREFUSED, result);
    }

    private static void receive(NetlinkSocket socket, Model model) {
        byte[] buffer = new byte[6000];
        int result = socket.tryReceive(buffer, 0, buffer.length, MsgFlag.MSG_DONTWAIT);
        if (model.error) {
            model.error = false;
            assertEquals(-Errno.ENOBUFS, result);
        } else {
            byte[] expected = model.queue.poll();
            model.charges.poll();
            if (expected == null) {
                assertEquals(-Errno.EAGAIN, result);
            } else {
                assertArrayEquals(expected, Arrays.copyOf(buffer, result));
            }
        }
        model.congested &= !model.queue.isEmpty();
    }

    private static void check(NetlinkSocket[] sockets, Model[] models) {
        for (int i = 0; i < SOCKETS; i++) {
            int[] info =
                    sockets[i].getsockoptWords(
                            SocketOption.SOL_SOCKET,
                            SocketOption.SO_MEMINFO,
                            SkMeminfo.SK_MEMINFO_VARS);
            assertEquals(models[i].charged(), info[SkMeminfo.SK_MEMINFO_RMEM_ALLOC]);
            assertEquals(models[i].drops, info[SkMeminfo.SK_MEMINFO_DROPS]);
        }
    }
}
