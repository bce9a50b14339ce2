package org.vkernel.benchmarks.compare;

import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_USERSOCK;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * Senders that send messages of 64 bytes as fast as they can, to receivers on other threads; an
 * operation is one message. The time is that from the first receipt to the last.
 *
 * @param senders how many send, each to one receiver
 * @param receivers how many receive; each gets from the same number of senders
 */
record Streams(int senders, int receivers) implements Workload {
    private static final int SIZE = NlmsghdrLayout.NLMSG_HDRLEN + 64;
    private static final int FIRST_PORT = 0x7ead1000;
    private static final int QUEUE = 256;

    @Override
    public String name() {
        return senders
                + (senders == 1 ? " sender to " : " senders to ")
                + receivers
                + (receivers == 1 ? " receiver" : " receivers")
                + " on other threads";
    }

    @Override
    public Contender prepare(Column column) throws HostUnavailableException {
        if (column == Column.FLOOR) {
            return this::floor;
        }
        Crew crew = Crew.on(column);
        return new Contender() {
            @Override
            public long run(long operations) {
                long each = Math.max(1, operations / senders);
                long expected = each * senders / receivers;
                AtomicLong longest = new AtomicLong();
                List<Crew.Member> members = new ArrayList<>();
                for (int i = 0; i < receivers; i++) {
                    int port = FIRST_PORT + i;
                    members.add(opener ->
                            longest.accumulateAndGet(receive(opener, port, expected), Math::max));
                }
                for (int i = 0; i < senders; i++) {
                    NetlinkAddress to = new NetlinkAddress(FIRST_PORT + i % receivers, 0);
                    members.add(opener -> send(opener, to, each));
                }
                crew.run(members);
                return longest.get() * operations / (each * senders);
            }

            @Override
            public void close() {
                crew.close();
            }
        };
    }

    private static long receive(SocketLoop.Opener opener, int port, long messages) {
        try (NetlinkSocket socket = opener.open(NETLINK_USERSOCK)) {
            socket.bind(port, 0);
            byte[] buffer = new byte[SIZE];
            Sockets.expect(socket.tryReceive(buffer, 0, SIZE, 0), SIZE);
            long before = System.nanoTime();
            for (long i = 1; i < messages; i++) {
                Sockets.expect(socket.tryReceive(buffer, 0, SIZE, 0), SIZE);
            }
            return System.nanoTime() - before;
        }
    }

    /** A sender waits where the receiver's queue is full. */
    private static void send(SocketLoop.Opener opener, NetlinkAddress to, long messages) {
        try (NetlinkSocket socket = opener.open(NETLINK_USERSOCK)) {
            byte[] message = new byte[SIZE];
            Sockets.sendWhenThere(socket, message, to);
            for (long i = 1; i < messages; i++) {
                Sockets.expect(socket.trySend(message, 0, SIZE, 0, to), SIZE);
            }
        }
    }

    /** A queue for each receiver, that both sides poll. */
    @SuppressWarnings("ThreadPriorityCheck") // there may be more threads than cores
    private long floor(long operations) {
        long each = Math.max(1, operations / senders);
        long expected = each * senders / receivers;
        AtomicLong longest = new AtomicLong();
        List<Runnable> bodies = new ArrayList<>();
        List<MpscAtomicArrayQueue<byte[]>> queues = new ArrayList<>();
        for (int i = 0; i < receivers; i++) {
            MpscAtomicArrayQueue<byte[]> queue = new MpscAtomicArrayQueue<>(QUEUE);
            queues.add(queue);
            bodies.add(() -> longest.accumulateAndGet(drain(queue, expected), Math::max));
        }
        for (int i = 0; i < senders; i++) {
            MpscAtomicArrayQueue<byte[]> queue = queues.get(i % receivers);
            bodies.add(() -> {
                byte[] message = new byte[SIZE];
                for (long sent = 0; sent < each; sent++) {
                    byte[] copy = message.clone();
                    while (!queue.offer(copy)) {
                        Thread.yield();
                    }
                }
            });
        }
        Crew.runThreads(Thread.ofPlatform().daemon(), bodies);
        return longest.get() * operations / (each * senders);
    }

    @SuppressWarnings("ThreadPriorityCheck")
    private static long drain(MpscAtomicArrayQueue<byte[]> queue, long messages) {
        byte[] buffer = new byte[SIZE];
        long before = 0;
        for (long i = 0; i < messages; i++) {
            byte[] taken = queue.poll();
            while (taken == null) {
                Thread.yield();
                taken = queue.poll();
            }
            System.arraycopy(taken, 0, buffer, 0, SIZE);
            if (i == 0) {
                before = System.nanoTime();
            }
        }
        return System.nanoTime() - before;
    }
}
