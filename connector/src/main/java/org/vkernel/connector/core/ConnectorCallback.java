package org.vkernel.connector.core;

import org.vkernel.connector.wire.CnMsg;

/**
 * What is called for each message to an id.
 *
 * <p>Models {@code void (*callback)(struct cn_msg *, struct netlink_skb_parms *)}; in the queued
 * era Linux gives it the message alone ({@code void (*callback)(void *)}), here the sender as well.
 *
 * <p>In the direct era it is called before its sender's send returns. In the queued era a worker
 * calls it later: after others that were sent from the same CPU, at the same time as others that
 * were sent from another CPU, and not at all if the id was busy and there was no memory. It must
 * not take itself off there: its worker cannot wait for itself, and the entry is freed under it.
 */
@FunctionalInterface
public interface ConnectorCallback {
    /**
     * Handles a message.
     *
     * <p>Context: process; that of the sender in the direct era, a worker's in the queued one.
     * Sleeps: may. Ownership: {@code message} lies in the sk_buff that brought it and is gone when
     * this returns; see {@link CnMsg#copy}. Errors: its sender is told nothing; an exception is an
     * oops, of the sender or of the worker.
     */
    void call(CnMsg message, SenderInfo sender);
}
