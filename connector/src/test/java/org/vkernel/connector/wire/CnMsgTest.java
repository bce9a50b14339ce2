package org.vkernel.connector.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgHeader;
import org.vkernel.netlink.wire.WireException;

class CnMsgTest {
    private static final CbId CN_TEST = CbId.of(14, 0x457);

    /**
     * What cn_test's timer sent on Linux 6.1.192, as received: whole messages with the padding
     * behind them.
     */
    private static final String[] RECORDED = {
        "30000000030000000000000000000000"
                + "0e0000005704000000000000000000000c000000"
                + "636f756e746572203d203000",
        "30000000030000000100000000000000"
                + "0e0000005704000001000000000000000c000000"
                + "636f756e746572203d203100",
        "30000000030000000200000000000000"
                + "0e0000005704000002000000000000000c000000"
                + "636f756e746572203d203200",
        "30000000030000000300000000000000"
                + "0e0000005704000003000000000000000c000000"
                + "636f756e746572203d203300",
        "30000000030000000400000000000000"
                + "0e0000005704000004000000000000000c000000"
                + "636f756e746572203d203400",
        "30000000030000000500000000000000"
                + "0e0000005704000005000000000000000c000000"
                + "636f756e746572203d203500",
        "30000000030000000600000000000000"
                + "0e0000005704000006000000000000000c000000"
                + "636f756e746572203d203600",
        "30000000030000000700000000000000"
                + "0e0000005704000007000000000000000c000000"
                + "636f756e746572203d203700",
        "30000000030000000800000000000000"
                + "0e0000005704000008000000000000000c000000"
                + "636f756e746572203d203800",
        "30000000030000000900000000000000"
                + "0e0000005704000009000000000000000c000000"
                + "636f756e746572203d203900",
        "31000000030000000a00000000000000"
                + "0e000000570400000a000000000000000d000000"
                + "636f756e746572203d20313000000000",
        "31000000030000000b00000000000000"
                + "0e000000570400000b000000000000000d000000"
                + "636f756e746572203d20313100000000",
    };

    private static byte[] recorded(int n) {
        return HexFormat.of().parseHex(RECORDED[n]);
    }

    @Test
    void parse_recordedMessages_haveTheirFields() {
        for (int n = 0; n < RECORDED.length; n++) {
            NlMsg netlink = NlMsg.parse(recorded(n));
            CnMsg message = CnMsg.parse(netlink);
            assertEquals(NlmsgType.NLMSG_DONE, netlink.type());
            assertEquals(n, netlink.seq());
            assertEquals(CN_TEST, message.id());
            assertEquals(14, message.idx());
            assertEquals(0x457, message.val());
            assertEquals(n, message.seq());
            assertEquals(0, message.ack());
            assertEquals(n < 10 ? 12 : 13, message.len());
            assertEquals(message.len(), message.data().length());
            assertEquals(0, message.flags());
            assertEquals("counter = " + n, message.text());
        }
    }

    @Test
    void build_recordedMessagesFields_givesTheirBytes() {
        for (int n = 0; n < RECORDED.length; n++) {
            NlMsg built = CnMsg.builder(CN_TEST).seq(n).text("counter = " + n).build().toNlMsg(0);
            byte[] padded = Arrays.copyOf(built.toByteArray(), NlMsgHeader.align(built.len()));
            assertArrayEquals(recorded(n), padded);
        }
    }

    @Test
    void parse_truncatedAtEveryByte_isRefused() {
        byte[] whole = CnMsg.parse(NlMsg.parse(recorded(10))).toByteArray();
        assertEquals(33, whole.length);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(WireException.class, () -> CnMsg.parse(cut), "cut at " + length);
        }
        assertEquals(CnMsg.parse(whole), CnMsg.parse(Arrays.copyOf(whole, 50)));
    }

    @Test
    void parse_lenBeyondTheBytes_isRefusedAndSaysSo() {
        CnMsg.Builder builder = CnMsg.builder(CN_TEST).data(new byte[6]).claimLen(0xffff);
        byte[] bytes = builder.toByteArray();
        var e = assertThrows(WireException.class, () -> CnMsg.parse(bytes));
        assertEquals(
                "cn_msg.len is 65535; expected at most 6, the bytes there are", e.getMessage());
        assertThrows(WireException.class, builder::build);
        assertEquals(4, builder.claimLen(4).build().data().length());
    }

    @Test
    void over_lenBeyondTheBytes_readsTheHeaderAndRefusesTheData() {
        byte[] bytes = CnMsg.builder(CN_TEST).seq(7).data(new byte[6]).claimLen(7).toByteArray();
        CnMsg message = CnMsg.over(ByteSlice.of(bytes));
        assertEquals(7, message.seq());
        assertEquals(7, message.len());
        assertThrows(IndexOutOfBoundsException.class, message::data);
        assertThrows(IndexOutOfBoundsException.class, () -> CnMsg.over(ByteSlice.empty()).idx());
    }

    @Test
    void fields_withHighestBit_areUnsigned() {
        CnMsg message =
                CnMsg.builder(CbId.of(-1, 0x80000000)).seq(-2).ack(-3).flags(0xfffe).build();
        assertEquals(0xfffe, message.flags());
        assertEquals(
                "4294967295:2147483648 seq=4294967294 ack=4294967293 len=0 flags=0xfffe"
                        + " data=[0 bytes]",
                message.toString());
        byte[] most = new byte[0xffff];
        assertEquals(0xffff, CnMsg.builder(CN_TEST).data(most).build().len());
    }

    @Test
    void build_dataBeyondU16_isRefusedUnlessTheLengthIsClaimed() {
        CnMsg.Builder builder = CnMsg.builder(CN_TEST).data(new byte[0x10000]);
        assertThrows(IllegalArgumentException.class, builder::build);
        assertEquals(1, builder.claimLen(1).build().data().length());
    }

    @Test
    void copy_ofAView_doesNotFollowTheOriginal() {
        byte[] bytes = CnMsg.builder(CN_TEST).text("hello").toByteArray();
        CnMsg view = CnMsg.parse(bytes);
        CnMsg copy = view.copy();
        assertEquals(view, copy);
        bytes[20] = 'j';
        assertEquals("jello", view.text());
        assertEquals("hello", copy.text());
        assertNotEquals(view, copy);
    }

    @Test
    void toNlMsg_takesSequenceAndPid() {
        NlMsg netlink = CnMsg.builder(CN_TEST).seq(-5).data(new byte[] {1}).build().toNlMsg(99);
        assertEquals(37, netlink.len());
        assertEquals(-5, netlink.seq());
        assertEquals(99, netlink.pid());
        assertEquals(0, netlink.flags());
        assertEquals(NlmsgType.NLMSG_DONE, netlink.type());
    }

    @Test
    void cbId_prints_asProcNetConnector() {
        assertEquals("14:1111", CN_TEST.toString());
        assertEquals("4294967295:4294967294", CbId.of(-1, -2).toString());
    }

    /** The queued era's header ends with a {@code len} of 32 bits. */
    @Test
    void header_endsWithLenAndFlags_whichAreALenOf32Bits() {
        byte[] small = CnMsg.builder(CbId.of(1, 2)).data(new byte[5]).toByteArray();
        byte[] greatest = CnMsg.builder(CbId.of(1, 2)).data(new byte[0xffff]).toByteArray();

        assertEquals(5, ByteSlice.of(small).u32(16));
        assertEquals(0xffff, ByteSlice.of(greatest).u32(16));
    }
}
