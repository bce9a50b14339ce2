package org.vkernel.testmodules.property.sharing;

import static java.util.Objects.requireNonNull;

import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkDump;
import org.vkernel.netlink.core.NetlinkExtAck;
import org.vkernel.netlink.core.NetlinkKernelConfig;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.wire.NlMsg;

/** A protocol that anybody may join, whose kernel socket answers each request with a dump. */
final class DumpService {
    /** A protocol that nobody else uses. */
    static final int PROTOCOL = 18;

    /** The type of its requests and of a dump's entries. */
    static final int DUMP = 16;

    /** What a part holds at most, as large as its readers' buffers. */
    static final int PART_BYTES = 4096;

    private static final int ENTRIES = 6;
    private static final int ENTRY_BYTES = 1500;

    private final VirtualKernel kernel;
    private final Netlink netlink;
    private final NetlinkSock socket;

    private DumpService(VirtualKernel kernel) {
        this.kernel = kernel;
        this.netlink = kernel.use(Netlink.class);
        NetlinkKernelConfig config =
                NetlinkKernelConfig.DEFAULT
                        .flags(NetlinkKernelConfig.NONROOT_RECV | NetlinkKernelConfig.NONROOT_SEND)
                        .input(skb -> netlink.requests().receive(skb, this::handle));
        this.socket = requireNonNull(kernel.call(() -> netlink.kernelCreate(PROTOCOL, config)));
    }

    static DumpService start(VirtualKernel kernel) {
        return new DumpService(kernel);
    }

    private int handle(SkBuff skb, NlMsg request, NetlinkExtAck extack) {
        return netlink.dumps()
                .start(socket, skb, request, NetlinkDump.Control.of(DumpService::fill));
    }

    private static int fill(SkBuff skb, NetlinkDump dump) {
        long[] args = dump.args();
        while (args[0] < ENTRIES) {
            if (!dump.put(skb, DUMP, 0, new byte[ENTRY_BYTES])) {
                return skb.len();
            }
            args[0]++;
        }
        return 0;
    }

    void stop() {
        kernel.run(() -> netlink.kernelRelease(socket));
    }
}
