package org.vkernel.connector.user;

import org.vkernel.connector.wire.SeqAck;

/**
 * What a client takes for the reply to a request with the same sequence number.
 *
 * <p>There is one right rule, {@link #SEQ_AND_ACK}. Another one breaks the protocol on purpose, for
 * a test that is to see the harm.
 */
@FunctionalInterface
public interface ReplyRule {
    /** The documented rule: the sequence number, and the acknowledge number plus 1. */
    ReplyRule SEQ_AND_ACK =
            (requestSeq, requestAck, seq, ack) ->
                    SeqAck.classify(requestSeq, requestAck, seq, ack) == SeqAck.Kind.REPLY;

    /** Whether the second pair of numbers is of the reply to the first. */
    boolean isReply(int requestSeq, int requestAck, int seq, int ack);
}
