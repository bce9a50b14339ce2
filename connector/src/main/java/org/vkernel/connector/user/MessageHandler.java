package org.vkernel.connector.user;

import org.vkernel.connector.wire.CnMsg;
import org.vkernel.netlink.wire.NetlinkAddress;

/** Told of each message that is no reply. */
@FunctionalInterface
public interface MessageHandler {
    /**
     * Handles a new message. It may make calls: what is new meanwhile waits until it has returned.
     *
     * @param message may be kept
     * @param from who sent it; port 0 is the kernel
     */
    void received(CnMsg message, NetlinkAddress from);
}
