package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.CnPolicies.PortAndGroup;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnMsgHeader;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.skb.SkBuffs;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.core.NetlinkTxFilter;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.NlMsgHeader;

/** What goes to user space: {@code cn_netlink_send_mult()} after its look-up. */
final class CnSendPath {
    private final VirtualKernel kernel;
    private final SkBuffs skbs;
    private final Netlink netlink;
    private final NetlinkSock nls;
    private final boolean countsPadding;
    private final PortAndGroup portAndGroup;

    /** Makes the output side of a connector whose socket is {@code nls}. */
    CnSendPath(VirtualKernel kernel, Netlink netlink, NetlinkSock nls) {
        this.kernel = kernel;
        this.skbs = kernel.skbs();
        this.netlink = netlink;
        this.nls = nls;
        this.portAndGroup = kernel.variants().policy(PortAndGroup.class, PortAndGroup.USUAL);
        this.countsPadding = kernel.profile().countsConnectorPadding();
    }

    /** The connector's socket ({@code cdev.nls}). */
    NetlinkSock socket() {
        return nls;
    }

    /**
     * Sends to a group, else to a port.
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it.
     *
     * @param len bytes of data behind the header, whatever the message itself says
     * @param group if not 0, {@code portid} is who does not get it
     */
    int send(
            Task running,
            CnMsg message,
            int len,
            int portid,
            int group,
            GfpMask gfp,
            @Nullable NetlinkTxFilter filter,
            @Nullable Object filterData) {
        if (portid == 0 && !netlink.hasListeners(nls, group)) {
            return -Errno.ESRCH;
        }
        int size = CnMsgHeader.length(len);
        int total = NlMsgHeader.length(size);
        int padded = NlMsgHeader.align(total);
        SkBuff skb = skbs.alloc(running, padded, gfp);
        if (skb == null) {
            return -Errno.ENOMEM;
        }
        if (skb.tailroom() < padded) {
            skb.free("NOT_SPECIFIED");
            return -Errno.EMSGSIZE;
        }
        int at = skb.putToWrite(padded);
        byte[] head = skb.head();
        int claimed = countsPadding ? padded : total;
        NlMsgHeader.put(head, at, claimed, NlmsgType.NLMSG_DONE, 0, message.seq(), 0);
        NlMsgHeader.zeroPadding(head, at, total);
        contents(message, size).copyTo(head, at + NlMsgHeader.length(0));
        skb.setDstGroup(group);
        if (group == 0) {
            return netlink.unicast(nls, skb, portid, !gfp.allowBlocking());
        }
        boolean portHasIt = portid != 0 && portAndGroup.toPort(this, skb, portid, gfp) > 0;
        int result =
                netlink.broadcastFiltered(
                        running, nls, skb, portid, group, gfp, filter, filterData);
        return portHasIt && result == -Errno.ESRCH ? 0 : result;
    }

    /** Sends a copy of {@code skb}, which stays the caller's, to a port; see {@link #send}. */
    int toPortAlso(SkBuff skb, int portid, GfpMask gfp) {
        SkBuff copy = skb.copy(gfp);
        return copy == null
                ? -Errno.ENOMEM
                : netlink.unicast(nls, copy, portid, !gfp.allowBlocking());
    }

    /** The first {@code size} bytes at the message, which its sender says are there. */
    private ByteSlice contents(CnMsg message, int size) {
        ByteSlice bytes = message.bytes();
        if (bytes.length() < size) {
            kernel.report(
                    "out-of-bounds read",
                    "cn_netlink_send_mult() reads "
                            + size
                            + " bytes of a message of "
                            + bytes.length(),
                    StackTraces.here(),
                    false);
            return bytes;
        }
        return bytes.slice(0, size);
    }
}
