package org.vkernel.connector.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.connector.wire.SeqAck.Kind.NEW;
import static org.vkernel.connector.wire.SeqAck.Kind.REPLY;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SeqAckProperties {
    private static final CbId ID = CbId.of(9, 1);

    @Property(tries = 200)
    void reply_hasTheSameSeq_andTheNextAck(@ForAll int seq, @ForAll int ack) {
        CnMsg request = CnMsg.builder(ID).seq(seq).ack(ack).build();
        CnMsg reply = SeqAck.replyTo(request).text("yes").build();

        assertEquals(ID, reply.id());
        assertEquals(seq, reply.seq());
        assertEquals((ack + 1L) & 0xffff_ffffL, Integer.toUnsignedLong(reply.ack()));
        assertEquals(REPLY, SeqAck.classify(request, reply));
    }

    @Property(tries = 500)
    void anyOtherPairOfNumbers_isNew(
            @ForAll int seq,
            @ForAll int ack,
            @ForAll @IntRange(min = -3, max = 3) int seqOff,
            @ForAll int ackOff) {
        SeqAck.Kind kind = SeqAck.classify(seq, ack, seq + seqOff, ack + 1 + ackOff);

        assertEquals(seqOff == 0 && ackOff == 0 ? REPLY : NEW, kind);
    }

    @Example
    void request_isNoReplyToItself() {
        CnMsg request = CnMsg.builder(ID).seq(7).ack(0xffff_ffff).build();

        assertEquals(NEW, SeqAck.classify(request, request));
        assertEquals(REPLY, SeqAck.classify(7, 0xffff_ffff, 7, 0));
    }

    @Property(tries = 200)
    void missing_countsWhatLiesBetween(
            @ForAll int last, @ForAll @IntRange(min = 1, max = Integer.MAX_VALUE) int ahead) {
        assertEquals(ahead - 1, SeqAck.missing(last, last + ahead));
        assertTrue(SeqAck.isNewer(last + ahead, last));
    }

    @Property(tries = 200)
    void missing_ofWhatIsNotNewer_isNegative(
            @ForAll int last, @ForAll @IntRange(min = 0, max = Integer.MAX_VALUE) int behind) {
        assertEquals(-1, SeqAck.missing(last, last - behind));
        assertFalse(SeqAck.isNewer(last - behind, last));
    }
}
