package org.vkernel.testmodules.kv;

import java.nio.charset.StandardCharsets;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.WireException;

/** Strings in messages: 16 bits of length, and that many bytes of UTF-8. */
final class KvText {
    private static final int LENGTH = Short.BYTES;

    private KvText() {}

    static int bytes(String text) {
        return LENGTH + text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Writes a string; returns the offset behind it. */
    static int put(byte[] bytes, int at, String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        LittleEndian.putU16(bytes, at, encoded.length);
        System.arraycopy(encoded, 0, bytes, at + LENGTH, encoded.length);
        return at + LENGTH + encoded.length;
    }

    /**
     * The string at an offset.
     *
     * @throws WireException if it is not whole
     */
    static String get(ByteSlice bytes, int at) {
        require(bytes, at + LENGTH);
        int length = bytes.u16(at);
        require(bytes, at + LENGTH + length);
        return new String(bytes.slice(at + LENGTH, length).toByteArray(), StandardCharsets.UTF_8);
    }

    /** The offset behind the string at an offset, which {@link #get} has read. */
    static int next(ByteSlice bytes, int at) {
        return at + LENGTH + bytes.u16(at);
    }

    /**
     * Checks that there are so many bytes.
     *
     * @throws WireException if there are less
     */
    static void require(ByteSlice bytes, int length) {
        if (bytes.length() < length) {
            throw new WireException(
                    "a message of the store has %d bytes, expected %d"
                            .formatted(bytes.length(), length));
        }
    }
}
