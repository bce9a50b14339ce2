package org.vkernel.connector.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.WireException;

class CnCtlMsgTest {
    private static final CnCtlMsg TWO =
            CnCtlMsg.of(
                    5, List.of(new CnNotifyReq(0x123, 1)), List.of(new CnNotifyReq(0x456, 0x10)));

    @Test
    void of_twoRanges_isACnCtlMsg() {
        assertEquals(
                "01000000"
                        + "01000000"
                        + "05000000"
                        + "10000000"
                        + "2301000001000000"
                        + "5604000010000000",
                TWO.bytes().toHex());
        assertEquals(1, TWO.idxNotifyNum());
        assertEquals(1, TWO.valNotifyNum());
        assertEquals(5, TWO.group());
        assertEquals(16, TWO.len());
        assertEquals(TWO, TWO.copy());
    }

    @Test
    void parse_truncatedAtEveryByteOrWithMoreBehind_isRefused() {
        byte[] whole = TWO.bytes().toByteArray();
        for (int length = 0; length < whole.length + 8; length++) {
            if (length != whole.length) {
                ByteSlice cut = ByteSlice.of(Arrays.copyOf(whole, length));
                assertThrows(WireException.class, () -> CnCtlMsg.parse(cut), "cut at " + length);
            }
        }
        assertEquals(TWO, CnCtlMsg.parse(ByteSlice.of(whole)));
    }

    @Test
    void parse_countsWhoseSumWraps_areRefused() {
        byte[] bytes = HexFormat.of().parseHex("ffffffff0200000001000000080000000500000001000000");
        assertThrows(WireException.class, () -> CnCtlMsg.parse(ByteSlice.of(bytes)));
        CnCtlMsg unchecked = CnCtlMsg.over(ByteSlice.of(bytes));
        assertEquals(new CnNotifyReq(5, 1), unchecked.request(0));
        assertThrows(IndexOutOfBoundsException.class, () -> unchecked.request(1));
        assertThrows(IndexOutOfBoundsException.class, () -> unchecked.request(-1));
        assertThrows(IndexOutOfBoundsException.class, unchecked::idxRequests);
        assertThrows(IndexOutOfBoundsException.class, unchecked::valRequests);
    }

    @Test
    void parse_lenThatContradictsTheCounts_isRefused() {
        byte[] bytes = TWO.bytes().toByteArray();
        LittleEndian.putU32(bytes, 12, 24);
        var e = assertThrows(WireException.class, () -> CnCtlMsg.parse(ByteSlice.of(bytes)));
        assertEquals("cn_ctl_msg.len is 24; expected 16", e.getMessage());
    }

    @Test
    void contains_rangeUpToTheLastNumber_doesNotWrap() {
        assertTrue(new CnNotifyReq(-1, 1).contains(-1));
        assertFalse(new CnNotifyReq(-1, 2).contains(0));
        assertTrue(new CnNotifyReq(0, -1).contains(-2));
        assertFalse(new CnNotifyReq(0, -1).contains(-1));
        assertFalse(new CnNotifyReq(7, 0).contains(7));
        assertEquals("4294967295+1", new CnNotifyReq(-1, 1).toString());
    }
}
