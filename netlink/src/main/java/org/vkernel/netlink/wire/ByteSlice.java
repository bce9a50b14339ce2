package org.vkernel.netlink.wire;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A range of bytes that somebody else owns, read in place. Offsets count from the range's begin.
 *
 * <p>The bytes are not copied: who makes a slice must leave them alone while it is in use. Slices
 * are compared by content.
 *
 * <p>Bytes of an sk_buff may be read only as long as the sk_buff lives. A slice of them is made by
 * a subclass that knows the sk_buff: it overrides {@link #checkLive}, which every read calls first,
 * and {@link #view}, so that parts of the slice are watched as well. The views of this package and
 * of the connector read through a slice only, and so inherit that watch: a {@code CnMsg} used after
 * its callback's return is reported as the use after free that it would be in Linux. For an
 * ordinary array the check is an empty method that the compiler removes.
 */
public class ByteSlice {
    private static final ByteSlice EMPTY = new ByteSlice(new byte[0], 0, 0);
    private static final int SHOWN_MAX = 64;

    private final byte[] array;
    private final int offset;
    private final int length;

    /** A range of {@code array}; for subclasses that watch over its owner. */
    protected ByteSlice(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /** The slice with nothing in it. */
    public static ByteSlice empty() {
        return EMPTY;
    }

    /** All of an array. */
    public static ByteSlice of(byte[] array) {
        return new ByteSlice(array, 0, array.length);
    }

    /**
     * A range of an array.
     *
     * @throws IndexOutOfBoundsException if the array does not hold it
     */
    public static ByteSlice of(byte[] array, int offset, int length) {
        return new ByteSlice(array, offset, length);
    }

    /**
     * Called before each read of the bytes: fails if their owner has been freed. Here it does
     * nothing, for a Java array lives as long as its slice.
     */
    protected void checkLive() {}

    /**
     * Makes a slice of the same owner's bytes.
     *
     * @param array the array that the constructor was given
     * @param offset offset in that array
     */
    protected ByteSlice view(byte[] array, int offset, int length) {
        return new ByteSlice(array, offset, length);
    }

    /** How many bytes there are. */
    public final int length() {
        return length;
    }

    /** Whether there are none. */
    public final boolean isEmpty() {
        return length == 0;
    }

    /** An unsigned byte: 0 to 255. */
    public final int u8(int at) {
        return array[readable(at, 1)] & 0xff;
    }

    /** An unsigned 16-bit number, little-endian: 0 to 65535. */
    public final int u16(int at) {
        return LittleEndian.u16(array, readable(at, 2));
    }

    /** A 32-bit number, little-endian; where it is unsigned, compare and print it so. */
    public final int u32(int at) {
        return LittleEndian.u32(array, readable(at, 4));
    }

    /** A 64-bit number, little-endian; where it is unsigned, compare and print it so. */
    public final long u64(int at) {
        return LittleEndian.u64(array, readable(at, 8));
    }

    /** The bytes from {@code from} on. */
    public final ByteSlice slice(int from) {
        return slice(from, length - from);
    }

    /** {@code count} bytes from {@code from} on. */
    public final ByteSlice slice(int from, int count) {
        Objects.checkFromIndexSize(from, count, length);
        return from == 0 && count == length ? this : view(array, offset + from, count);
    }

    /** Copies all bytes into {@code target}. */
    public final void copyTo(byte[] target, int targetOffset) {
        System.arraycopy(array, readable(0, length), target, targetOffset, length);
    }

    /** A copy of the bytes. */
    public final byte[] toByteArray() {
        int from = readable(0, length);
        return Arrays.copyOfRange(array, from, from + length);
    }

    /** The bytes as lower-case hex digits. */
    public final String toHex() {
        int from = readable(0, length);
        return HexFormat.of().formatHex(array, from, from + length);
    }

    private int readable(int at, int count) {
        checkLive();
        Objects.checkFromIndexSize(at, count, length);
        return offset + at;
    }

    @Override
    public final boolean equals(Object other) {
        if (!(other instanceof ByteSlice slice)) {
            return false;
        }
        int from = readable(0, length);
        int otherFrom = slice.readable(0, slice.length);
        return Arrays.equals(
                array, from, from + length, slice.array, otherFrom, otherFrom + slice.length);
    }

    @Override
    public final int hashCode() {
        int from = readable(0, length);
        int hash = 1;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    /** The length, and the first bytes in hex. */
    @Override
    public final String toString() {
        String hex = slice(0, Math.min(length, SHOWN_MAX)).toHex();
        return length
                + " bytes"
                + (length == 0 ? "" : ": " + hex)
                + (length > SHOWN_MAX ? "..." : "");
    }
}
