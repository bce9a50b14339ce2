package org.vkernel.benchmarks.compare;

import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_USERSOCK;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/** A message of 64 bytes to a process that waits for it, and its answer to the one that waits. */
record PingPong() implements Workload {
    private static final int SIZE = NlmsghdrLayout.NLMSG_HDRLEN + 64;

    // Port ids that no process has.
    private static final int PINGER = 0x7ead0001;
    private static final int PONGER = 0x7ead0002;

    @Override
    public String name() {
        return "ping-pong of two blocked processes";
    }

    @Override
    public Contender prepare(Column column) throws HostUnavailableException {
        if (column == Column.FLOOR) {
            return PingPong::floor;
        }
        Crew crew = Crew.on(column);
        return new Contender() {
            @Override
            public long run(long operations) {
                AtomicLong took = new AtomicLong();
                crew.run(
                        List.of(
                                opener -> took.set(ping(opener, operations)),
                                opener -> pong(opener, operations + 1)));
                return took.get();
            }

            @Override
            public void close() {
                crew.close();
            }
        };
    }

    /** The first message of the other says that it is there; it is not timed. */
    private static long ping(SocketLoop.Opener opener, long operations) {
        try (NetlinkSocket socket = opener.open(NETLINK_USERSOCK)) {
            socket.bind(PINGER, 0);
            NetlinkAddress to = new NetlinkAddress(PONGER, 0);
            byte[] message = new byte[SIZE];
            Sockets.expect(socket.tryReceive(message, 0, SIZE, 0), SIZE);
            long before = System.nanoTime();
            for (long i = 0; i < operations; i++) {
                Sockets.expect(socket.trySend(message, 0, SIZE, 0, to), SIZE);
                Sockets.expect(socket.tryReceive(message, 0, SIZE, 0), SIZE);
            }
            return System.nanoTime() - before;
        }
    }

    private static void pong(SocketLoop.Opener opener, long answers) {
        try (NetlinkSocket socket = opener.open(NETLINK_USERSOCK)) {
            socket.bind(PONGER, 0);
            byte[] message = new byte[SIZE];
            Sockets.sendWhenThere(socket, message, new NetlinkAddress(PINGER, 0));
            NetlinkAddress to = new NetlinkAddress(PINGER, 0);
            for (long i = 1; i < answers; i++) {
                Sockets.expect(socket.tryReceive(message, 0, SIZE, 0), SIZE);
                Sockets.expect(socket.trySend(message, 0, SIZE, 0, to), SIZE);
            }
        }
    }

    /** Two virtual threads and a queue of one element each way. */
    private static long floor(long operations) {
        BlockingQueue<byte[]> there = new ArrayBlockingQueue<>(1);
        BlockingQueue<byte[]> back = new ArrayBlockingQueue<>(1);
        AtomicLong took = new AtomicLong();
        Crew.runThreads(
                Thread.ofVirtual(),
                List.of(
                        () -> {
                            long before = System.nanoTime();
                            for (long i = 0; i < operations; i++) {
                                put(there, new byte[SIZE]);
                                var _ = take(back);
                            }
                            took.set(System.nanoTime() - before);
                        },
                        () -> {
                            for (long i = 0; i < operations; i++) {
                                put(back, take(there).clone());
                            }
                        }));
        return took.get();
    }

    private static void put(BlockingQueue<byte[]> queue, byte[] message) {
        try {
            queue.put(message);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static byte[] take(BlockingQueue<byte[]> queue) {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
