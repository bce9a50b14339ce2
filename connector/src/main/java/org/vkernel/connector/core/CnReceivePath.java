package org.vkernel.connector.core;

import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.wire.NlMsgHeader;

/** What comes from user space: the input of the connector's socket. */
final class CnReceivePath {
    private final CnDispatch dispatch;
    private final int maxMessageSize;

    /**
     * Makes the input side.
     *
     * @param maxMessageSize the greatest payload of a netlink message, the {@code cn_msg} included
     */
    CnReceivePath(CnDispatch dispatch, int maxMessageSize) {
        this.dispatch = dispatch;
        this.maxMessageSize = maxMessageSize;
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
            return;
        }
        int claimed = NlMsgHeader.len(skb.head(), skb.data());
        int payload = claimed - NlmsghdrLayout.NLMSG_HDRLEN; // signed, as in C
        if (payload < CnMsgLayout.SIZE
                || Integer.compareUnsigned(length, claimed) < 0
                || payload > maxMessageSize) {
            return;
        }
        if (dispatch.call(skb.get()) < 0) {
            skb.free("NOT_SPECIFIED");
        }
    }
}
