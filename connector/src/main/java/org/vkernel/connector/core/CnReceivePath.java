package org.vkernel.connector.core;

import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.connector.core.CnPolicies.MessageLength;
import org.vkernel.connector.core.CnPolicies.ShortMessage;
import org.vkernel.connector.wire.CnMsgHeader;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.wire.NlMsgHeader;

/** What comes from user space: the input of the connector's socket. */
final class CnReceivePath {
    /** The bytes that a message's dispatch reads of it in any case. */
    private static final int HEADERS = NlmsghdrLayout.NLMSG_HDRLEN + CnMsgLayout.SIZE;

    private final VirtualKernel kernel;
    private final CnDispatch dispatch;
    private final int maxMessageSize;
    private final ShortMessage shortMessage;
    private final MessageLength messageLength;

    /** Makes the input side. */
    CnReceivePath(VirtualKernel kernel, CnDispatch dispatch) {
        this.kernel = kernel;
        this.dispatch = dispatch;
        this.maxMessageSize = kernel.profile().connectorMaxMessageSize();
        Variants variants = kernel.variants();
        this.shortMessage = variants.policy(ShortMessage.class, ShortMessage.USUAL);
        this.messageLength = variants.policy(MessageLength.class, MessageLength.USUAL);
    }

    /**
     * Takes what a socket sent. Only the first message in it is looked at; one that nobody wants,
     * or whose lengths do not fit, is dropped in silence: the sender is told nothing.
     *
     * <p>Models {@code cn_rx_skb()}. Context: process, the sender's. Sleeps: may, in the callback.
     * Ownership: {@code skb} stays the caller's.
     */
    void receive(SkBuff skb) {
        int length = skb.len();
        if (length < NlmsghdrLayout.NLMSG_HDRLEN) {
            shortMessage.leave(skb);
            return;
        }
        int claimed = NlMsgHeader.len(skb.head(), skb.data());
        if (!messageLength.isFair(length, claimed, maxMessageSize)) {
            return;
        }
        if (call(skb.get(), length, claimed) < 0) {
            skb.free("NOT_SPECIFIED");
        }
    }

    /**
     * Models the begin of {@code cn_call_callback()}.
     *
     * @return as {@link CnDispatch#call}; {@code -EINVAL} if the message claims more data than
     *     there are
     */
    private int call(SkBuff skb, int length, int claimed) {
        if (length < HEADERS) {
            reportReadBeyond(length);
            return -Errno.EINVAL;
        }
        byte[] head = skb.head();
        int message = skb.data() + NlmsghdrLayout.NLMSG_HDRLEN;
        int size = CnMsgHeader.length(CnMsgHeader.len(head, message));
        if (Integer.compareUnsigned(claimed, NlMsgHeader.length(size)) < 0) {
            return -Errno.EINVAL;
        }
        return dispatch.call(
                skb, CnMsgHeader.idx(head, message), CnMsgHeader.val(head, message), size);
    }

    /** Linux would take what lies behind the message for its id, numbers and length. */
    private void reportReadBeyond(int length) {
        kernel.report(
                "out-of-bounds read",
                "cn_call_callback() reads " + HEADERS + " bytes of a message of " + length,
                StackTraces.here(),
                false);
    }
}
