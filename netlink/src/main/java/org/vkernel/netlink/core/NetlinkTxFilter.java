package org.vkernel.netlink.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.skb.SkBuff;

/** What a sender of a multicast keeps from some members ({@code netlink_filter_fn}). */
@FunctionalInterface
public interface NetlinkTxFilter {
    /**
     * Whether {@code receiver} does not get {@code skb}. Context: the sender's. Sleeps: never.
     *
     * @param data what the sender handed to the broadcast
     */
    boolean isFiltered(NetlinkSock receiver, SkBuff skb, @Nullable Object data);
}
