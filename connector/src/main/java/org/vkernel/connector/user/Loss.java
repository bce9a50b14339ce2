package org.vkernel.connector.user;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.wire.CbId;

/**
 * That messages were lost, as far as the client can tell.
 *
 * @param kind how it was noticed
 * @param id of which messages, where that is known
 * @param missing how many, unsigned, where that is known; 0 else
 */
public record Loss(Kind kind, @Nullable CbId id, int missing) {
    /** How a loss is noticed. */
    public enum Kind {
        /** A receive failed with ENOBUFS: the receive buffer was full. */
        OVERRUN,
        /** A number was left out, or came again. */
        GAP,
        /** A message was longer than the client's buffer, or broken. */
        TRUNCATED,
        /** More new messages came than are kept while a handler runs. */
        BACKLOG
    }
}
