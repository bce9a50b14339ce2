package org.vkernel.netlink.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.vkernel.netlink.abi.NlattrLayout;

class NlAttrTest {
    private static final List<NlAttr> THREE =
            List.of(
                    NlAttr.string(1, "no"),
                    NlAttr.u32(2, 0x80000020),
                    NlAttr.of(3 | NlattrLayout.NLA_F_NET_BYTEORDER, new byte[] {9}));

    @Test
    void join_threeAttributes_isPaddedLittleEndian() {
        assertEquals(
                "070001006e6f0000" + "0800020020000080" + "0500034009000000",
                HexFormat.of().formatHex(NlAttr.join(THREE)));
    }

    @Test
    void parseAll_joinedAttributes_haveTheirFields() {
        List<NlAttr> parsed = NlAttr.parseAll(ByteSlice.of(NlAttr.join(THREE)));
        assertEquals(THREE, parsed);
        assertEquals("no", parsed.get(0).string());
        assertEquals(0x80000020, parsed.get(1).u32());
        assertEquals(3, parsed.get(2).type());
        assertTrue(parsed.get(2).isNetByteOrder());
        assertFalse(parsed.get(2).isNested());
        assertThrows(WireException.class, () -> parsed.get(2).u32());
    }

    @Test
    void parseAll_truncatedAtEveryByte_isRefusedUnlessOnlyPaddingOrWholeAttributesAreCut() {
        byte[] joined = NlAttr.join(THREE);
        for (int length = 0; length < joined.length; length++) {
            ByteSlice cut = ByteSlice.of(Arrays.copyOf(joined, length));
            int whole = length < 7 ? 0 : length < 16 ? 1 : length < 21 ? 2 : 3;
            assertEquals(THREE.subList(0, whole), NlAttr.walk(cut), "cut at " + length);
            if (length == 0 || length == 7 || length == 8 || length == 16 || length >= 21) {
                assertEquals(THREE.subList(0, whole), NlAttr.parseAll(cut));
            } else {
                assertThrows(WireException.class, () -> NlAttr.parseAll(cut), "cut at " + length);
            }
        }
    }

    @Test
    void parseAll_lengthBelowHeader_isRefusedAndSaysSo() {
        byte[] bytes = {3, 0, 1, 0};
        var e = assertThrows(WireException.class, () -> NlAttr.parseAll(ByteSlice.of(bytes)));
        assertEquals("attribute at offset 0: nla_len is 3; expected 4 to 4", e.getMessage());
    }

    @Test
    void nested_attributes_areFoundInside() {
        NlAttr nest = NlAttr.nested(5, THREE.get(0), THREE.get(1));
        assertTrue(nest.isNested());
        assertEquals(5, nest.type());
        assertEquals(THREE.subList(0, 2), nest.nested());
    }

    @Test
    void string_withoutNul_endsWithThePayload() {
        assertEquals("ab", NlAttr.of(1, new byte[] {'a', 'b'}).string());
        assertEquals("a", NlAttr.of(1, new byte[] {'a', 0, 'b'}).string());
    }

    @Test
    void of_payloadBeyondU16_isRefused() {
        assertEquals(0xffff, NlAttr.of(1, new byte[0xfffb]).len());
        assertThrows(IllegalArgumentException.class, () -> NlAttr.of(1, new byte[0xfffc]));
    }

    @Property
    void join_anyAttributes_parseBack(
            @ForAll @IntRange(max = 0x3fff) int type,
            @ForAll @Size(max = 8) List<@Size(max = 20) byte[]> payloads) {
        List<NlAttr> attributes = new ArrayList<>();
        for (byte[] payload : payloads) {
            attributes.add(NlAttr.of(type, payload));
        }
        List<NlAttr> parsed = NlAttr.parseAll(ByteSlice.of(NlAttr.join(attributes)));
        assertEquals(attributes, parsed);
        for (int i = 0; i < parsed.size(); i++) {
            assertEquals(type, parsed.get(i).type());
            assertArrayEquals(payloads.get(i), parsed.get(i).payload().toByteArray());
        }
    }
}
