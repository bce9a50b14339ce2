package org.vkernel.testmodules.fuzz;

import static com.google.common.base.Preconditions.checkState;

import java.time.Duration;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.MessageCounts;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.user.KernelNetlink;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * Any bytes as system calls of a process: sockets of USERSOCK, of the connector and of a protocol
 * whose kernel socket answers, called with anything.
 *
 * <p>A call may fail with an errno, or wait for ever; it may throw no other exception. What is left
 * afterwards the kernel frees when it kills the process: no sk_buff stays, no message is
 * unaccounted for, and nothing is reported.
 */
public final class SyscallFuzz {
    private static final int NOBODY = 65_534;

    /** Longer than any time-out of 32 bits in seconds; it takes no real time. */
    private static final Duration LONG = Duration.ofDays(365L * 200);

    private SyscallFuzz() {}

    /** A process with hardly any room that waits for messages, and answers each. */
    private static void answer(UserProcess self) {
        KernelNetlink calls = new KernelNetlink(self);
        NetlinkSocket socket =
                NetlinkSocket.open(calls, SocketType.SOCK_RAW, NetlinkProtocol.NETLINK_USERSOCK);
        socket.bind(FuzzedCalls.PEER, NetlinkSocket.groups(1));
        socket.setReceiveBuffer(0);
        byte[] buffer = new byte[100];
        MsgHdr from = new MsgHdr(null);
        for (; ; ) {
            from.reset(null);
            int length = calls.receive(socket.fd(), buffer, 0, buffer.length, 0, from);
            if (length > 0) {
                SockaddrNl to = SockaddrNl.of(from.pid(), 0);
                int sent = calls.send(socket.fd(), buffer, 0, length, MsgFlag.MSG_DONTWAIT, to);
                // Fewer where the receiver has a filter that cuts.
                checkState(sent <= length, "%s of %s bytes sent", sent, length);
            }
        }
    }

    /** What a fuzzer calls. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        FuzzInput input = new FuzzInput(bytes);
        int setUp = input.u8();
        Profile profile = Profile.all().get(setUp % Profile.all().size());
        KernelConfig config =
                KernelConfig.simulated(setUp).cpus(1 + (setUp >> 4 & 1)).profile(profile);
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.insmod(ConnectorModule.class);
            FuzzedProtocol protocol = new FuzzedProtocol(kernel);
            UserProcess peer = kernel.spawn("peer", SyscallFuzz::answer);
            kernel.runFor(Duration.ofMillis(1)); // it waits now
            int uid = (setUp & 0x80) == 0 ? 0 : NOBODY;
            UserProcess process =
                    kernel.spawn(
                            "fuzz",
                            uid,
                            self -> {
                                FuzzedCalls calls = new FuzzedCalls(self, protocol, input);
                                while (!input.isEmpty()) {
                                    calls.next();
                                }
                            });
            kernel.runFor(LONG);
            for (UserProcess left : kernel.processes()) {
                if (left == process || left == peer) {
                    kernel.kill(left, UserProcess.SIGKILL);
                    kernel.join(left);
                }
            }
            protocol.release();
            kernel.run(() -> kernel.rcu().barrier());
            checkState(kernel.skbs().live() == 0, "%s sk_buffs are left", kernel.skbs().live());
            MessageCounts counts = kernel.use(Netlink.class).counts();
            checkState(counts.queued() == 0, "%s", counts);
        }
    }
}
