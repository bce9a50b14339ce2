package org.vkernel.testmodules.fuzz;

import static java.util.Objects.requireNonNull;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkDump;
import org.vkernel.netlink.core.NetlinkExtAck;
import org.vkernel.netlink.core.NetlinkKernelConfig;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.NlMsg;

/**
 * A protocol whose kernel socket does what a request's payload says: its first byte is an error, or
 * the number of entries of a dump and the second their size.
 */
final class FuzzedProtocol {
    /** A protocol that nobody else uses. */
    static final int PROTOCOL = 17;

    /** Requests of this type and above are dumps. */
    static final int DUMPS = 20;

    private final VirtualKernel kernel;
    private final Netlink netlink;
    private final NetlinkSock socket;

    FuzzedProtocol(VirtualKernel kernel) {
        this.kernel = kernel;
        this.netlink = kernel.use(Netlink.class);
        NetlinkKernelConfig config =
                NetlinkKernelConfig.DEFAULT
                        .groups(70)
                        .flags(NetlinkKernelConfig.NONROOT_RECV)
                        .bind(group -> group % 7 == 6 ? -Errno.EPERM : 0)
                        .input(skb -> netlink.requests().receive(skb, this::handle));
        this.socket = requireNonNull(kernel.call(() -> netlink.kernelCreate(PROTOCOL, config)));
    }

    private int handle(SkBuff skb, NlMsg request, NetlinkExtAck extack) {
        if (request.type() >= DUMPS) {
            NetlinkDump.Control dump = NetlinkDump.Control.of(FuzzedProtocol::fill);
            return netlink.dumps().start(socket, skb, request, dump);
        }
        ByteSlice payload = request.payload();
        extack.setMessage("no");
        extack.setOffset(payload.length());
        return payload.isEmpty() ? 0 : -payload.u8(0);
    }

    private static int fill(SkBuff skb, NetlinkDump dump) {
        ByteSlice payload = dump.request().payload();
        int entries = payload.isEmpty() ? 0 : payload.u8(0);
        int size = payload.length() < 2 ? 0 : payload.u8(1) << 4;
        long[] args = dump.args();
        while (args[0] < entries) {
            if (!dump.put(skb, DUMPS, 0, new byte[size])) {
                return skb.len() == 0 ? -Errno.EMSGSIZE : skb.len();
            }
            args[0]++;
        }
        return payload.length() < 3 ? 0 : -payload.u8(2);
    }

    /** Sends {@code size} bytes to a port id, or to a group that is not 0. */
    int send(int size, int portid, int group) {
        return kernel.call(() -> {
            SkBuff skb = kernel.skbs().alloc(size, GfpMask.KERNEL);
            if (skb == null) {
                return -Errno.ENOMEM;
            }
            skb.putZero(size);
            return group == 0
                    ? netlink.unicast(socket, skb, portid, true)
                    : netlink.broadcast(socket, skb, portid, group, GfpMask.KERNEL);
        });
    }

    void release() {
        kernel.run(() -> netlink.kernelRelease(socket));
    }
}
