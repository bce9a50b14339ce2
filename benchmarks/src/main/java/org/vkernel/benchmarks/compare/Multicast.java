package org.vkernel.benchmarks.compare;

import static org.vkernel.netlink.abi.MsgFlag.MSG_DONTWAIT;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.user.NetlinkSocket;

/**
 * A message of 64 bytes to all members of a group, and all its receipts; an operation is one
 * delivery.
 *
 * @param members how many there are
 */
record Multicast(int members) implements Workload {
    private static final int SIZE = NlmsghdrLayout.NLMSG_HDRLEN + 64;

    /** The simulated machine's process opens its sockets anew each round. */
    private static final int MOST_SIMULATED = 64;

    @Override
    public String name() {
        return "multicast to " + members + " (a delivery)";
    }

    @Override
    public boolean isSummarised() {
        return true;
    }

    @Override
    public @Nullable Contender prepare(Column column) throws HostUnavailableException {
        if (column == Column.SIMULATED && members > MOST_SIMULATED) {
            return null;
        }
        return scaled(column == Column.FLOOR ? Contender.of(floor()) : deliveries().on(column));
    }

    /** It alone, on the parallel machine. */
    Contender onParallel() {
        return scaled(new SocketLoop.OnParallel(deliveries(), KernelConfig.parallel()));
    }

    private Contender scaled(Contender whole) {
        return new Contender() {
            @Override
            public long run(long operations) {
                // Always whole multicasts; the time of those that were asked for.
                long sends = Math.max(1, operations / members);
                return whole.run(sends) * operations / (sends * members);
            }

            @Override
            public long least() {
                return members;
            }

            @Override
            public void close() {
                whole.close();
            }
        };
    }

    private SocketLoop deliveries() {
        return opener -> {
            NetlinkSocket sender = Sockets.bound(opener);
            NetlinkSocket[] receivers = new NetlinkSocket[members];
            for (int i = 0; i < members; i++) {
                receivers[i] = Sockets.listener(opener);
            }
            byte[] message = new byte[SIZE];
            byte[] buffer = new byte[SIZE];
            return sends -> {
                for (long i = 0; i < sends; i++) {
                    Sockets.multicast(sender, message);
                    for (NetlinkSocket receiver : receivers) {
                        Sockets.expect(receiver.tryReceive(buffer, 0, SIZE, MSG_DONTWAIT), SIZE);
                    }
                }
            };
        };
    }

    /** One array for all, a queue and a copy out for each. */
    private Loop floor() {
        List<MpscAtomicArrayQueue<byte[]>> queues = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            queues.add(new MpscAtomicArrayQueue<>(16));
        }
        byte[] message = new byte[SIZE];
        byte[] buffer = new byte[SIZE];
        return sends -> {
            for (long i = 0; i < sends; i++) {
                byte[] copy = Arrays.copyOf(message, SIZE);
                for (MpscAtomicArrayQueue<byte[]> queue : queues) {
                    if (!queue.offer(copy)) {
                        throw new IllegalStateException("a queue is full");
                    }
                }
                for (MpscAtomicArrayQueue<byte[]> queue : queues) {
                    byte[] taken = queue.poll();
                    if (taken == null) {
                        throw new IllegalStateException("a queue is empty");
                    }
                    System.arraycopy(taken, 0, buffer, 0, SIZE);
                }
            }
        };
    }
}
