package org.vkernel.connector.core;

import org.vkernel.connector.wire.CnMsg;

/**
 * What is called for each message to an id: {@code void (*callback)(struct cn_msg *, struct
 * netlink_skb_parms *)}.
 */
@FunctionalInterface
public interface ConnectorCallback {
    /**
     * Handles a message.
     *
     * <p>Context: process; that of the sender in the direct era, a worker's in the queued one.
     * Sleeps: may. Ownership: {@code message} lies in the sk_buff that brought it and is gone when
     * this returns; see {@link CnMsg#copy}.
     */
    void call(CnMsg message, SenderInfo sender);
}
