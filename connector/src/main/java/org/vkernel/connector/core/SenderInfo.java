package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.core.NetlinkSock;

/**
 * Who sent a message.
 *
 * <p>Models {@code struct netlink_skb_parms}; callbacks of the queued era are given it as well, by
 * then the sender may have gone. It lies in the sk_buff that brings the message, and may be read in
 * any context as long as that lives: until the callback returns. Later it is a use after free,
 * which is reported.
 */
public final class SenderInfo {
    private final SkBuff skb;

    SenderInfo(SkBuff skb) {
        this.skb = skb;
    }

    /** The socket that sent it, or null. */
    public @Nullable NetlinkSock socket() {
        return skb.sender() instanceof NetlinkSock sk ? sk : null;
    }

    /** The port id of the socket that sent it, unsigned. */
    public int portid() {
        return skb.portid();
    }

    /** The group that it was sent to as well, unsigned; 0 for none. */
    public int dstGroup() {
        return skb.dstGroup();
    }

    /** The process that sent it. */
    public int pid() {
        return skb.credsPid();
    }

    /** That process's user. */
    public int uid() {
        return skb.credsUid();
    }

    /** That process's group of users. */
    public int gid() {
        return skb.credsGid();
    }

    /**
     * Whether the sender, which is the running task, may do what only the privileged may ({@code
     * netlink_capable()}). Context: process, the sender's: of no meaning in the queued era.
     */
    public boolean isCapable() {
        NetlinkSock sk = socket();
        return sk != null && sk.netlink().isCapable(skb);
    }

    @Override
    public String toString() {
        return "port " + Integer.toUnsignedString(portid()) + " of process " + pid();
    }
}
