package org.vkernel.connector.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.WireException;

class CnMsgProperties {
    @Property
    void build_anyFields_parseBack(
            @ForAll int idx,
            @ForAll int val,
            @ForAll int seq,
            @ForAll int ack,
            @ForAll @IntRange(max = 0xffff) int flags,
            @ForAll @Size(max = 100) byte[] data) {
        CnMsg built =
                CnMsg.builder(CbId.of(idx, val)).seq(seq).ack(ack).flags(flags).data(data).build();

        CnMsg parsed = CnMsg.parse(NlMsg.parse(built.toNlMsg(seq).toByteArray()));

        assertEquals(built, parsed);
        assertEquals(built.hashCode(), parsed.hashCode());
        assertEquals(new CbId(idx, val), parsed.id());
        assertEquals(seq, parsed.seq());
        assertEquals(ack, parsed.ack());
        assertEquals(flags, parsed.flags());
        assertArrayEquals(data, parsed.data().toByteArray());
    }

    @Property
    void header_writtenAnywhere_readsBackAsTheMessageDoes(
            @ForAll int idx,
            @ForAll int seq,
            @ForAll @IntRange(max = 0xffff) int len,
            @ForAll @IntRange(max = 7) int at) {
        byte[] bytes = new byte[at + 20];
        CnMsgHeader.putId(bytes, at, idx, ~idx);
        CnMsgHeader.put(bytes, at, seq, ~seq, len, 0xffff - len);
        CnMsg message = CnMsg.over(ByteSlice.of(bytes, at, 20));
        assertEquals(idx, message.idx());
        assertEquals(~idx, message.val());
        assertEquals(seq, message.seq());
        assertEquals(~seq, message.ack());
        assertEquals(len, message.len());
        assertEquals(0xffff - len, message.flags());
        assertEquals(message.idx(), CnMsgHeader.idx(bytes, at));
        assertEquals(message.val(), CnMsgHeader.val(bytes, at));
        assertEquals(message.seq(), CnMsgHeader.seq(bytes, at));
        assertEquals(message.ack(), CnMsgHeader.ack(bytes, at));
        assertEquals(message.len(), CnMsgHeader.len(bytes, at));
        assertEquals(message.flags(), CnMsgHeader.flags(bytes, at));
    }

    /** Whatever the bytes are: the one documented exception, or a message within the bytes. */
    @Property
    void parse_anyBytes_neverReadsBeyondThem(@ForAll @Size(max = 60) byte[] bytes) {
        if (bytes.length > 17) {
            bytes[17] = 0; // Else almost every length is beyond the bytes.
        }
        try {
            CnMsg message = CnMsg.parse(bytes);
            assertEquals(message.len(), message.data().length());
            assertTrue(20 + message.len() <= bytes.length);
        } catch (WireException e) {
            assertTrue(bytes.length < 20 || 20 + (bytes[16] & 0xff) > bytes.length);
        }
    }

    @Property
    void ctlMsg_anyRanges_parseBack(
            @ForAll int group,
            @ForAll @Size(max = 5) List<Integer> idx,
            @ForAll @Size(max = 5) List<Integer> val) {
        CnCtlMsg built = CnCtlMsg.of(group, ranges(idx), ranges(val));
        CnCtlMsg parsed = CnCtlMsg.parse(ByteSlice.of(built.bytes().toByteArray()));
        assertEquals(built, parsed);
        assertEquals(group, parsed.group());
        assertEquals(ranges(idx), parsed.idxRequests());
        assertEquals(ranges(val), parsed.valRequests());
        assertEquals(8 * (idx.size() + val.size()), parsed.len());
    }

    private static List<CnNotifyReq> ranges(List<Integer> firsts) {
        List<CnNotifyReq> ranges = new ArrayList<>();
        for (int first : firsts) {
            ranges.add(new CnNotifyReq(first, ~first));
        }
        return ranges;
    }

    @Property
    void notifyReq_contains_isAPlainRange(@ForAll int first, @ForAll int range, @ForAll int x) {
        long low = Integer.toUnsignedLong(first);
        long high = low + Integer.toUnsignedLong(range);
        long number = Integer.toUnsignedLong(x);
        assertEquals(low <= number && number < high, new CnNotifyReq(first, range).contains(x));
    }

    @Property
    void notifyReq_contains_itsFirstAndLast(@ForAll int first, @ForAll @IntRange(min = 1) int n) {
        CnNotifyReq request = new CnNotifyReq(first, n);
        assertTrue(request.contains(first));
        long last = Integer.toUnsignedLong(first) + n - 1;
        if (last <= 0xffff_ffffL) {
            assertTrue(request.contains((int) last));
        }
    }
}
