package org.vkernel.connector.wire;

/**
 * What a message's sequence and acknowledge numbers say of its descent: the protocol that the
 * connector's documentation recommends.
 *
 * <p>A request has the next sequence number of its sender and a random acknowledge number. Its
 * reply has the same sequence number, and the acknowledge number plus 1; whatever differs in either
 * is a new message. All numbers are unsigned and count modulo 2^32.
 *
 * <p>N.B. two senders that are told of each other's replies, as members of one group, use the same
 * sequence numbers. Only the random number tells their replies apart: where it happens to be equal,
 * each takes the other's reply for its own. That is a limit of the protocol.
 *
 * <p>These are pure functions, for clients and for those that check them. Any context.
 */
public final class SeqAck {
    /** What a received message is to one that awaits a reply. */
    public enum Kind {
        /** The reply. */
        REPLY,
        /** Anything else. */
        NEW
    }

    private SeqAck() {}

    /**
     * What a message is to the sender of a request.
     *
     * @param requestSeq the request's sequence number
     * @param requestAck the request's acknowledge number
     * @param seq the received message's sequence number
     * @param ack the received message's acknowledge number
     */
    public static Kind classify(int requestSeq, int requestAck, int seq, int ack) {
        return seq == requestSeq && ack == replyAck(requestAck) ? Kind.REPLY : Kind.NEW;
    }

    /** What {@code received} is to the sender of {@code request}. */
    public static Kind classify(CnMsg request, CnMsg received) {
        return classify(request.seq(), request.ack(), received.seq(), received.ack());
    }

    /** The acknowledge number of the reply to a request with {@code requestAck}. */
    public static int replyAck(int requestAck) {
        return requestAck + 1;
    }

    /** A builder for the reply to {@code request}: its id and sequence number, and its ack + 1. */
    public static CnMsg.Builder replyTo(CnMsg request) {
        return CnMsg.builder(request.id()).seq(request.seq()).ack(replyAck(request.ack()));
    }

    /**
     * How many numbers lie between two of one sender: 0 if {@code seq} follows {@code last},
     * negative if it is not newer. Of two numbers, the newer is less than 2^31 ahead.
     *
     * @param last the sequence number before
     * @param seq the sequence number now
     */
    public static int missing(int last, int seq) {
        int ahead = seq - last;
        return ahead <= 0 ? -1 : ahead - 1;
    }

    /** Whether {@code seq} is newer than {@code last}: less than 2^31 ahead of it. */
    public static boolean isNewer(int seq, int last) {
        return seq - last > 0;
    }
}
