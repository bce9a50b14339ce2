package org.vkernel.netlink.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.skb.SkBuffs;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.core.DumpPolicies.AckOption;
import org.vkernel.netlink.core.DumpPolicies.NobodyListens;
import org.vkernel.netlink.wire.NlAttr;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgErr;
import org.vkernel.netlink.wire.NlMsgHeader;
import org.vkernel.netlink.wire.SkBuffBytes;

/**
 * Requests to a kernel's socket, and their acknowledgements.
 *
 * <p>Models {@code netlink_rcv_skb()}, {@code netlink_ack()} and {@code nlmsg_notify()}.
 */
public final class NetlinkRequests {
    private final Netlink netlink;
    private final SkBuffs skbs;
    private final AckOption ackOption;
    private final int nobodyListens;

    NetlinkRequests(Netlink netlink) {
        this.netlink = netlink;
        this.skbs = netlink.kernel().skbs();
        Variants variants = netlink.kernel().variants();
        this.ackOption = variants.policy(AckOption.class, AckOption.USUAL);
        this.nobodyListens = variants.policy(NobodyListens.class, NobodyListens.USUAL).result();
    }

    /**
     * Hands each message of {@code skb} that is a request to {@code handler}, and acknowledges it
     * if that was asked for or it failed. What is no whole message ends the walk in silence.
     *
     * <p>Models {@code netlink_rcv_skb()}. Context: process. Ownership: {@code skb} stays the
     * caller's.
     */
    public void receive(SkBuff skb, NetlinkRequestHandler handler) {
        for (NlMsg request : NlMsg.walk(SkBuffBytes.of(skb))) {
            NetlinkExtAck extack = new NetlinkExtAck();
            boolean isRequest =
                    (request.flags() & NlmFlag.NLM_F_REQUEST) != 0
                            && request.type() >= NlmsgType.NLMSG_MIN_TYPE;
            int error = isRequest ? handler.handle(skb, request, extack) : 0;
            boolean wantsAck = (request.flags() & NlmFlag.NLM_F_ACK) != 0 || error != 0;
            if (error != -Errno.EINTR && wantsAck) {
                acknowledge(skb, request, error, extack);
            }
        }
    }

    /**
     * Answers a request with an error number.
     *
     * <p>Models {@code netlink_ack()}. Context: process. Sleeps: may, for memory. Ownership: {@code
     * skb} stays the caller's.
     *
     * @param error 0 or a negative errno
     * @param extack what else there is to say, or null
     */
    public void acknowledge(SkBuff skb, NlMsg request, int error, @Nullable NetlinkExtAck extack) {
        if (!(skb.sender() instanceof NetlinkSock asker)
                || !(skb.sk() instanceof NetlinkSock kernelSocket)) {
            return;
        }
        boolean capAck = asker.hasFlag(NetlinkSock.F_CAP_ACK);
        boolean extAck = asker.hasFlag(NetlinkSock.F_EXT_ACK);
        byte[] bytes = answer(skb, request, error, capAck, extAck ? extack : null);
        int padded = NlMsgHeader.align(bytes.length);
        SkBuff reply = skbs.alloc(padded, GfpMask.KERNEL);
        if (reply == null) {
            asker.setError(Errno.ENOBUFS);
            asker.reportError();
            return;
        }
        boolean tellsMore = ackOption.whenFilling(asker, extAck);
        if (tellsMore != extAck) {
            bytes = answer(skb, request, error, capAck, tellsMore ? extack : null);
            padded = NlMsgHeader.align(bytes.length);
        }
        reply.putData(bytes, 0, bytes.length);
        reply.putZero(padded - bytes.length);
        var _ = netlink.unicast(kernelSocket, reply, skb.portid(), true);
    }

    private static byte[] answer(
            SkBuff skb, NlMsg request, int error, boolean capAck, @Nullable NetlinkExtAck more) {
        List<NlAttr> attributes = more == null ? List.of() : more.attributes(error != 0);
        return NlMsgErr.build(request, skb.portid(), error, capAck, attributes).toByteArray();
    }

    /**
     * Sends {@code skb}, which is taken, to a group's members, and to one that asked for it.
     *
     * <p>Models {@code nlmsg_notify()}. Context: any; process if {@code gfp} allows blocking.
     *
     * @param portid who asked, and is left out of the group if {@code report}
     * @param group 0 for none
     * @param report whether who asked gets it, too
     * @return 0, also where nobody listens; else the first error
     */
    public int notify(
            NetlinkSock kernelSocket,
            SkBuff skb,
            int portid,
            int group,
            boolean report,
            GfpMask gfp) {
        int error = 0;
        if (group != 0) {
            if (report) {
                skb.get();
            }
            skb.setDstGroup(group);
            error = netlink.broadcast(kernelSocket, skb, report ? portid : 0, group, gfp);
            if (error == -Errno.ESRCH) {
                error = nobodyListens;
            }
        }
        if (report) {
            int result = netlink.unicast(kernelSocket, skb, portid, true);
            if (error == 0) {
                error = Math.min(result, 0);
            }
        }
        return error;
    }
}
