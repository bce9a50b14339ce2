package org.vkernel.connector.core;

import org.vkernel.connector.wire.CbId;
import org.vkernel.emulator.skb.SkBuff;

/**
 * How a message finds its callback: what differs between the connector's eras.
 *
 * <p>An era that needs more than {@link #call} overrides the hooks around registration.
 */
interface CnDispatch {
    /**
     * Hands a message to its callback, now or later. Its lengths fit the sk_buff that holds it.
     *
     * <p>Models {@code cn_call_callback()}. Context: process. Sleeps: may, in the callback.
     * Ownership: where the result is 0 the caller's reference on {@code skb} is taken over.
     *
     * @param idx the id's index, unsigned
     * @param val the id's value, unsigned
     * @param size bytes of the message, its header included
     * @return 0; {@code -ENODEV} if nobody registered its id; {@code -ENOMEM}
     */
    int call(SkBuff skb, int idx, int val, int size);

    /**
     * The connector is there. Context: process. Sleeps: may.
     *
     * @return 0 or a negative errno, at which the connector is taken down again
     */
    default int start() {
        return 0;
    }

    /** The connector goes; its socket is still there. Context: process. Sleeps: may. */
    default void stop() {}

    /** A callback was registered. Context: process. Sleeps: may. */
    default void added(CbId id) {}

    /** An entry was unlinked and is about to lose the list's reference. */
    default void unlinked(CallbackEntry entry) {}

    /** {@code cn_del_callback()} is about to return, whether or not there was such a callback. */
    default void deleted(CbId id) {}
}
