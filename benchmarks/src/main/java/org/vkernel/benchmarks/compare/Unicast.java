package org.vkernel.benchmarks.compare;

import static org.vkernel.netlink.abi.MsgFlag.MSG_DONTWAIT;

import java.util.Arrays;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * A message to another socket of the same thread, and its receipt.
 *
 * @param payload bytes behind the netlink header
 */
record Unicast(int payload) implements Workload {
    private static final int SUMMARISED_PAYLOAD = 1024;

    @Override
    public String name() {
        return "unicast " + payload + " B";
    }

    @Override
    public boolean isSummarised() {
        return payload <= SUMMARISED_PAYLOAD;
    }

    @Override
    public Contender prepare(Column column) throws HostUnavailableException {
        int size = NlmsghdrLayout.NLMSG_HDRLEN + payload;
        if (column == Column.FLOOR) {
            return Contender.of(floor(size));
        }
        SocketLoop loop =
                opener -> {
                    NetlinkSocket sender = Sockets.bound(opener);
                    NetlinkSocket receiver = Sockets.bound(opener);
                    NetlinkAddress to = receiver.getsockname();
                    byte[] message = new byte[size];
                    byte[] buffer = new byte[size];
                    return operations -> {
                        for (long i = 0; i < operations; i++) {
                            Sockets.expect(
                                    sender.trySend(message, 0, size, MSG_DONTWAIT, to), size);
                            Sockets.expect(
                                    receiver.tryReceive(buffer, 0, size, MSG_DONTWAIT), size);
                        }
                    };
                };
        return loop.on(column);
    }

    /** A queue, an array for each message, a copy in and one out. */
    static Loop floor(int size) {
        MpscAtomicArrayQueue<byte[]> queue = new MpscAtomicArrayQueue<>(1024);
        byte[] message = new byte[size];
        byte[] buffer = new byte[size];
        return operations -> {
            for (long i = 0; i < operations; i++) {
                if (!queue.offer(Arrays.copyOf(message, size))) {
                    throw new IllegalStateException("the queue is full");
                }
                byte[] taken = queue.poll();
                if (taken == null) {
                    throw new IllegalStateException("the queue is empty");
                }
                System.arraycopy(taken, 0, buffer, 0, size);
            }
        };
    }
}
