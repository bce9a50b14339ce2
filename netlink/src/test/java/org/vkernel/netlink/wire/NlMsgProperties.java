package org.vkernel.netlink.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class NlMsgProperties {
    @Property
    void build_anyFields_parseBackAtAnyOffset(
            @ForAll @IntRange(max = 0xffff) int type,
            @ForAll @IntRange(max = 0xffff) int flags,
            @ForAll int seq,
            @ForAll int pid,
            @ForAll @Size(max = 200) byte[] payload,
            @ForAll @IntRange(max = 9) int before,
            @ForAll @IntRange(max = 9) int after) {
        NlMsg built =
                NlMsg.builder().type(type).flags(flags).seq(seq).pid(pid).payload(payload).build();
        byte[] bytes = new byte[before + built.len() + after];
        built.bytes().copyTo(bytes, before);

        NlMsg parsed = NlMsg.parse(ByteSlice.of(bytes, before, bytes.length - before));

        assertEquals(built, parsed);
        assertEquals(built.hashCode(), parsed.hashCode());
        assertEquals(built.toString(), parsed.toString());
        assertEquals(type, parsed.type());
        assertEquals(flags, parsed.flags());
        assertEquals(seq, parsed.seq());
        assertEquals(pid, parsed.pid());
        assertArrayEquals(payload, parsed.payload().toByteArray());
    }

    @Property
    void join_anyMessages_parseBack(@ForAll @Size(max = 8) List<@Size(max = 40) byte[]> payloads) {
        List<NlMsg> messages = new ArrayList<>();
        for (byte[] payload : payloads) {
            messages.add(NlMsg.builder().type(messages.size()).payload(payload).build());
        }
        assertEquals(messages, NlMsg.parseAll(NlMsg.join(messages)));
    }

    /** Whatever the bytes are: the one documented exception, or messages within the bytes. */
    @Property
    void parse_anyBytes_neverReadsBeyondThem(@ForAll @Size(max = 80) byte[] bytes) {
        int walked = 0;
        for (NlMsg message : NlMsg.walk(ByteSlice.of(bytes))) {
            walked = NlMsgHeader.align(walked) + message.len();
        }
        assertTrue(walked <= bytes.length);
        try {
            assertTrue(NlMsg.parse(bytes).len() <= bytes.length);
        } catch (WireException e) {
            assertEquals(0, walked);
        }
    }

    /** Short lengths, so that many of the random bytes are whole messages. */
    @Property
    void walk_plausibleLengths_agreesWithParseAll(
            @ForAll @Size(max = 6) List<@IntRange(min = 12, max = 28) Integer> lengths) {
        byte[] bytes = new byte[lengths.size() * 24];
        int at = 0;
        for (int len : lengths) {
            if (at + 4 > bytes.length) {
                break;
            }
            LittleEndian.putU32(bytes, at, len);
            at += NlMsgHeader.align(len);
        }
        List<NlMsg> walked = NlMsg.walk(ByteSlice.of(bytes));
        try {
            assertEquals(NlMsg.parseAll(bytes), walked);
        } catch (WireException e) {
            int end = 0;
            for (NlMsg message : walked) {
                end += NlMsgHeader.align(message.len());
            }
            assertFalse(NlMsgHeader.isOk(bytes, end, bytes.length - end));
        }
    }
}
