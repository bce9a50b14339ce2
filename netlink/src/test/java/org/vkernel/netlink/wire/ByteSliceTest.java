package org.vkernel.netlink.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ByteSliceTest {
    private static final byte[] BYTES = {0, 1, 2, 3, 4, 5, 6, 7, 8, (byte) 0xff, (byte) 0xfe};

    @Test
    void reads_withinTheSlice_areLittleEndianAndUnsigned() {
        ByteSlice slice = ByteSlice.of(BYTES, 1, 10);
        assertEquals(1, slice.u8(0));
        assertEquals(0xfe, slice.u8(9));
        assertEquals(0x0201, slice.u16(0));
        assertEquals(0xfeff, slice.u16(8));
        assertEquals(0x04030201, slice.u32(0));
        assertEquals(0x0807060504030201L, slice.u64(0));
        assertEquals(0xfeff0807, slice.u32(6));
        assertEquals("0102030405060708fffe", slice.toHex());
        assertEquals("10 bytes: 0102030405060708fffe", slice.toString());
    }

    @Test
    void reads_beyondTheSlice_areRefusedThoughTheArrayHasMore() {
        ByteSlice slice = ByteSlice.of(BYTES, 1, 4);
        assertThrows(IndexOutOfBoundsException.class, () -> slice.u8(4));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.u8(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.u16(3));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.u32(1));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.u64(0));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(5));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> ByteSlice.of(BYTES, 8, 4));
    }

    @Test
    void slices_ofSlices_shareTheBytes() {
        byte[] bytes = BYTES.clone();
        ByteSlice part = ByteSlice.of(bytes).slice(2).slice(1, 3);
        assertArrayEquals(new byte[] {3, 4, 5}, part.toByteArray());
        bytes[4] = 40;
        assertEquals(40, part.u8(1));
        assertSame(part, part.slice(0));
        assertEquals(0, part.slice(3).length());
    }

    @Test
    void equality_isByContent() {
        ByteSlice one = ByteSlice.of(new byte[] {9, 1, 2}, 1, 2);
        ByteSlice other = ByteSlice.of(new byte[] {1, 2});
        assertEquals(one, other);
        assertEquals(one.hashCode(), other.hashCode());
        assertNotEquals(one, ByteSlice.of(new byte[] {1, 3}));
        assertNotEquals(one, ByteSlice.of(new byte[] {1, 2, 3}));
    }

    @Test
    void subclass_ownerFreed_refusesEveryReadOfTheSliceItsPartsAndItsViews() {
        Owner owner = new Owner();
        ByteSlice slice = new Owned(owner, NlMsg.builder().payload(new byte[8]).toByteArray());
        NlMsg message = NlMsg.parse(slice);
        ByteSlice part = message.payload().slice(1);
        assertEquals(0, part.u8(0));

        owner.isFreed = true;

        List<Function<ByteSlice, Object>> reads =
                List.of(
                        s -> s.u8(0),
                        s -> s.u16(0),
                        s -> s.u32(0),
                        s -> s.slice(0, 4).u8(0),
                        ByteSlice::toByteArray,
                        ByteSlice::toHex,
                        ByteSlice::toString,
                        ByteSlice::hashCode,
                        s -> s.equals(ByteSlice.of(BYTES)),
                        s -> ByteSlice.of(BYTES).equals(s));
        for (Function<ByteSlice, Object> read : reads) {
            assertThrows(Freed.class, () -> read.apply(slice));
            assertThrows(Freed.class, () -> read.apply(part));
        }
        assertThrows(Freed.class, () -> slice.u64(0));
        assertThrows(Freed.class, () -> slice.copyTo(new byte[99], 0));
        assertThrows(Freed.class, message::seq);
        assertEquals(24, message.len());
    }

    private static final class Owner {
        private boolean isFreed;
    }

    private static final class Freed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** What a slice of an sk_buff's data looks like. */
    private static final class Owned extends ByteSlice {
        private final Owner owner;

        Owned(Owner owner, byte[] array) {
            this(owner, array, 0, array.length);
        }

        private Owned(Owner owner, byte[] array, int offset, int length) {
            super(array, offset, length);
            this.owner = owner;
        }

        @Override
        protected void checkLive() {
            if (owner.isFreed) {
                throw new Freed();
            }
        }

        @Override
        protected ByteSlice view(byte[] array, int offset, int length) {
            return new Owned(owner, array, offset, length);
        }
    }
}
