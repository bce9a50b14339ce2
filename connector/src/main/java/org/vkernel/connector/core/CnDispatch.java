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
     * Hands a message to its callback, now or later. Its length fits the sk_buff that holds it; its
     * own {@code len} is not checked yet.
     *
     * <p>Models {@code cn_call_callback()}. Context: process. Sleeps: may, in the callback.
     * Ownership: where the result is 0 the caller's reference on {@code skb} is taken over.
     *
     * @return 0; {@code -EINVAL} if the message claims more data than there are; {@code -ENODEV} if
     *     nobody registered its id; {@code -ENOMEM}
     */
    int call(SkBuff skb);

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
