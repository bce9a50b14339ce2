package org.vkernel.netlink.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.netlink.abi.NlmsgType;

class NlMsgTest {
    /** Received from cn_test on Linux 6.1.192: its 11th message, with three bytes of padding. */
    private static final byte[] COUNTER_10 =
            HexFormat.of()
                    .parseHex(
                            "31000000030000000a00000000000000"
                                    + "0e000000570400000a000000000000000d000000"
                                    + "636f756e746572203d20313000"
                                    + "000000");

    @Test
    void parse_recordedMessage_hasItsFields() {
        NlMsg message = NlMsg.parse(COUNTER_10);
        assertEquals(49, message.len());
        assertEquals(NlmsgType.NLMSG_DONE, message.type());
        assertEquals(0, message.flags());
        assertEquals(10, message.seq());
        assertEquals(0, message.pid());
        assertEquals(33, message.payload().length());
        assertEquals(14, message.payload().u32(0));
        assertArrayEquals(Arrays.copyOf(COUNTER_10, 49), message.toByteArray());
    }

    @Test
    void build_recordedMessagesFields_givesItsBytes() {
        NlMsg message =
                NlMsg.builder()
                        .type(NlmsgType.NLMSG_DONE)
                        .seq(10)
                        .payload(ByteSlice.of(COUNTER_10, 16, 33))
                        .build();
        assertArrayEquals(Arrays.copyOf(COUNTER_10, 49), message.toByteArray());
        assertEquals(NlMsg.parse(COUNTER_10), message);
    }

    @Test
    void parse_truncatedAtEveryByte_isRefused() {
        for (int length = 0; length < 49; length++) {
            byte[] cut = Arrays.copyOf(COUNTER_10, length);
            assertThrows(WireException.class, () -> NlMsg.parse(cut));
            assertThrows(
                    WireException.class,
                    () -> NlMsg.parse(ByteSlice.of(COUNTER_10, 0, cut.length)));
            assertTrue(NlMsg.walk(ByteSlice.of(cut)).isEmpty());
            assertFalse(NlMsgHeader.isOk(COUNTER_10, 0, length));
        }
        assertTrue(NlMsgHeader.isOk(COUNTER_10, 0, 49));
    }

    @Test
    void parse_lengthFieldBelowHeaderOrBeyondBytes_isRefusedAndSaysSo() {
        for (int len : new int[] {0, 1, 15, 53, 0x7fffffff, 0x80000000, -1}) {
            byte[] bytes = COUNTER_10.clone();
            LittleEndian.putU32(bytes, 0, len);
            var e = assertThrows(WireException.class, () -> NlMsg.parse(bytes));
            assertEquals(
                    "nlmsg_len is "
                            + Integer.toUnsignedString(len)
                            + "; expected 16 to 52, the bytes there are",
                    e.getMessage());
        }
    }

    @Test
    void fields_withHighestBit_areUnsigned() {
        NlMsg message = NlMsg.builder().type(0xffff).flags(0xfffe).seq(-1).pid(0x80000001).build();
        assertEquals(0xffff, message.type());
        assertEquals(0xfffe, message.flags());
        assertEquals(-1, message.seq());
        assertEquals(0x80000001, message.pid());
        assertEquals(
                "len=16 type=65535 flags=0xfffe seq=4294967295 pid=2147483649 payload=[0 bytes]",
                message.toString());
    }

    @Test
    void parseAll_joinedMessages_areThoseMessages() {
        List<NlMsg> messages =
                List.of(
                        NlMsg.builder().type(20).payload(new byte[] {1, 2, 3, 4, 5}).build(),
                        NlMsg.builder().type(21).build(),
                        NlMsg.builder().type(22).payload(new byte[] {6}).build());
        byte[] joined = NlMsg.join(messages);
        assertEquals(24 + 16 + 17, joined.length);
        assertEquals(messages, NlMsg.parseAll(joined));
        assertEquals(messages, NlMsg.walk(ByteSlice.of(joined)));
        assertEquals(messages.getFirst(), NlMsg.parse(joined));
    }

    @Test
    void parseAll_brokenSecondMessage_isRefusedWhereWalkStops() {
        byte[] joined =
                NlMsg.join(List.of(NlMsg.builder().build(), NlMsg.builder().type(21).build()));
        byte[] cut = Arrays.copyOf(joined, joined.length - 1);
        var e = assertThrows(WireException.class, () -> NlMsg.parseAll(cut));
        assertEquals(
                "message at offset 16: 15 bytes are too short for a netlink header of 16",
                e.getMessage());
        assertEquals(List.of(NlMsg.builder().build()), NlMsg.walk(ByteSlice.of(cut)));
        assertEquals(List.of(), NlMsg.parseAll(new byte[0]));
    }

    @Test
    void claimLen_forgedLength_isInTheBytesButNotBuilt() {
        NlMsg.Builder builder = NlMsg.builder().payload(new byte[4]).claimLen(21);
        assertEquals(21, NlMsgHeader.len(builder.toByteArray(), 0));
        assertThrows(WireException.class, builder::build);
        assertEquals(-1, NlMsgHeader.len(builder.claimLen(-1).toByteArray(), 0));
        assertEquals(18, builder.claimLen(18).build().len());
    }

    @Test
    void header_putAtAnOffset_readsBackAndTouchesNothingElse() {
        byte[] bytes = new byte[40];
        Arrays.fill(bytes, (byte) 0x5a);
        NlMsgHeader.put(bytes, 3, 18, 0xfffe, 0x8001, -2, 0xdeadbeef);
        assertEquals(18, NlMsgHeader.len(bytes, 3));
        assertEquals(0xfffe, NlMsgHeader.type(bytes, 3));
        assertEquals(0x8001, NlMsgHeader.flags(bytes, 3));
        assertEquals(-2, NlMsgHeader.seq(bytes, 3));
        assertEquals(0xdeadbeef, NlMsgHeader.pid(bytes, 3));
        NlMsgHeader.zeroPadding(bytes, 3, 18);
        for (int i = 0; i < bytes.length; i++) {
            if (i < 3 || i >= 19) {
                assertEquals(i == 21 || i == 22 ? 0 : 0x5a, bytes[i], "byte " + i);
            }
        }
    }

    @Test
    void arithmetic_isThatOfTheMacros() {
        assertEquals(0, NlMsgHeader.align(0));
        assertEquals(20, NlMsgHeader.align(17));
        assertEquals(20, NlMsgHeader.align(20));
        assertEquals(21, NlMsgHeader.length(5));
        assertEquals(24, NlMsgHeader.space(5));
    }
}
