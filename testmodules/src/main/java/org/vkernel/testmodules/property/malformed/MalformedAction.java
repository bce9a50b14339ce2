package org.vkernel.testmodules.property.malformed;

import com.google.common.primitives.ImmutableIntArray;

/** What is done in a run of {@link Malformed}. */
sealed interface MalformedAction {
    /**
     * A process sends a message to the connector.
     *
     * @param toControl whether it asks for notices; else it is for the registered id
     * @param lengthOff what {@code nlmsg_len} says too much
     * @param dataOff what the message's own length says too much
     * @param cut how many of its bytes are not sent
     * @param words the data, a word each; of a request for notices its header and ranges
     * @param more how many zero bytes are behind them
     */
    record Send(
            boolean toControl,
            int lengthOff,
            int dataOff,
            int cut,
            ImmutableIntArray words,
            int more)
            implements MalformedAction {}

    /** Somebody registers an id for a while. */
    record Register(int idx, int val) implements MalformedAction {}
}
