package org.vkernel.netlink.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class NetlinkAddressTest {
    @Test
    void toByteArray_isASockaddrNl() {
        assertEquals(
                "10000000" + "feffffff" + "00200000",
                HexFormat.of().formatHex(new NetlinkAddress(-2, 0x2000).toByteArray()));
    }

    @Property
    void parse_anyAddress_comesBack(@ForAll int pid, @ForAll int groups) {
        NetlinkAddress address = new NetlinkAddress(pid, groups);
        assertEquals(address, NetlinkAddress.parse(ByteSlice.of(address.toByteArray())));
    }

    @Test
    void parse_truncatedAtEveryByteOrAnotherFamily_isRefused() {
        byte[] bytes = NetlinkAddress.KERNEL.toByteArray();
        for (int length = 0; length < bytes.length; length++) {
            ByteSlice cut = ByteSlice.of(Arrays.copyOf(bytes, length));
            assertThrows(WireException.class, () -> NetlinkAddress.parse(cut));
        }
        bytes[0] = 2;
        var e = assertThrows(WireException.class, () -> NetlinkAddress.parse(ByteSlice.of(bytes)));
        assertEquals("address family is 2; expected AF_NETLINK (16)", e.getMessage());
    }

    @Test
    void toString_portId_isUnsigned() {
        assertEquals("pid=4294967294 groups=0x2000", new NetlinkAddress(-2, 0x2000).toString());
    }
}
