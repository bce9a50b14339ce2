package org.vkernel.netlink.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads and writes little-endian numbers in a byte array, at any offset.
 *
 * <p>An offset outside the array is a mistake of the caller: {@link IndexOutOfBoundsException}.
 */
public final class LittleEndian {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    /** An unsigned 16-bit number: 0 to 65535. */
    public static int u16(byte[] bytes, int offset) {
        return Short.toUnsignedInt((short) SHORT.get(bytes, offset));
    }

    /** A 32-bit number; where it is unsigned, compare and print it so. */
    public static int u32(byte[] bytes, int offset) {
        return (int) INT.get(bytes, offset);
    }

    /** A 64-bit number; where it is unsigned, compare and print it so. */
    public static long u64(byte[] bytes, int offset) {
        return (long) LONG.get(bytes, offset);
    }

    /** Writes the low 16 bits of {@code value}. */
    public static void putU16(byte[] bytes, int offset, int value) {
        SHORT.set(bytes, offset, (short) value);
    }

    /** Writes a 32-bit number. */
    public static void putU32(byte[] bytes, int offset, int value) {
        INT.set(bytes, offset, value);
    }

    /** Writes a 64-bit number. */
    public static void putU64(byte[] bytes, int offset, long value) {
        LONG.set(bytes, offset, value);
    }
}
