package org.vkernel.benchmarks.compare;

import static org.vkernel.netlink.abi.MsgFlag.MSG_DONTWAIT;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_CONNECTOR;

import org.vkernel.connector.core.Connector;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.AttachedProcess;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/** What is measured beside more and more of something, on the parallel machine. */
final class ScalingLoops {
    private static final int SIZE = NlmsghdrLayout.NLMSG_HDRLEN + 64;
    private static final int OTHER_GROUPS = 16;
    private static final int IDX = 0x7001;

    private ScalingLoops() {}

    private static Contender parallel(SocketLoop loop) {
        return new SocketLoop.OnParallel(loop, KernelConfig.parallel());
    }

    /** A unicast and its receipt, beside sockets that have nothing to do with it. */
    static Contender besideSockets(int sockets) {
        return parallel(opener -> {
            for (int i = 0; i < sockets; i++) {
                var _ = Sockets.bound(opener);
            }
            return unicast(opener, 0);
        });
    }

    /** A unicast that is received behind others. */
    static Contender behindQueued(int queued) {
        return parallel(opener -> unicast(opener, queued));
    }

    static Contender onCpus(int cpus) {
        return new SocketLoop.OnParallel(
                opener -> unicast(opener, 0), KernelConfig.parallel().cpus(cpus));
    }

    private static Loop unicast(SocketLoop.Opener opener, int queued) {
        NetlinkSocket sender = Sockets.bound(opener);
        NetlinkSocket receiver = Sockets.bound(opener);
        NetlinkAddress to = receiver.getsockname();
        byte[] message = new byte[SIZE];
        for (int i = 0; i < queued; i++) {
            Sockets.expect(sender.trySend(message, 0, SIZE, MSG_DONTWAIT, to), SIZE);
        }
        return operations -> {
            for (long i = 0; i < operations; i++) {
                Sockets.expect(sender.trySend(message, 0, SIZE, MSG_DONTWAIT, to), SIZE);
                Sockets.expect(receiver.tryReceive(message, 0, SIZE, MSG_DONTWAIT), SIZE);
            }
        };
    }

    /** A multicast to one socket, where other groups have members. */
    static Contender besideMembers(int members) {
        return parallel(opener -> {
            for (int i = 0; i < members; i++) {
                NetlinkSocket other = Sockets.bound(opener);
                other.joinGroup(Sockets.GROUP + 1 + i % OTHER_GROUPS);
            }
            NetlinkSocket sender = Sockets.bound(opener);
            NetlinkSocket receiver = Sockets.listener(opener);
            byte[] message = new byte[SIZE];
            return operations -> {
                for (long i = 0; i < operations; i++) {
                    Sockets.multicast(sender, message);
                    Sockets.expect(receiver.tryReceive(message, 0, SIZE, MSG_DONTWAIT), SIZE);
                }
            };
        });
    }

    static Contender toMembers(int members) {
        return new Multicast(members).onParallel();
    }

    /** A message from a process to a callback, beside others. */
    static Contender besideCallbacks(int callbacks) {
        VirtualKernel kernel = Kernels.boot(Column.PARALLEL);
        Connector connector = kernel.use(Connector.class);
        kernel.run(() -> {
            for (int i = 0; i < callbacks; i++) {
                Sockets.expect(
                        connector.addCallback(CbId.of(IDX, i), "bench", (message, sender) -> {}),
                        0);
            }
        });
        AttachedProcess process = kernel.attach("bench");
        NetlinkSocket socket = Sockets.open(process.process(), NETLINK_CONNECTOR);
        byte[] message =
                CnMsg.builder(CbId.of(IDX, callbacks / 2))
                        .data(new byte[SIZE])
                        .build()
                        .toNlMsg(0)
                        .toByteArray();
        Contender loop =
                Contender.of(operations -> {
                    for (long i = 0; i < operations; i++) {
                        Sockets.expect(
                                socket.trySend(
                                        message,
                                        0,
                                        message.length,
                                        MSG_DONTWAIT,
                                        NetlinkAddress.KERNEL),
                                message.length);
                    }
                });
        return new Contender() {
            @Override
            public long run(long operations) {
                return loop.run(operations);
            }

            @Override
            public void close() {
                process.close();
                kernel.run(() -> {
                    for (int i = 0; i < callbacks; i++) {
                        connector.delCallback(CbId.of(IDX, i));
                    }
                });
                kernel.close();
            }
        };
    }
}
