package org.vkernel.testmodules.fuzz;

import java.util.Arrays;

/**
 * Bytes as a source of decisions: each takes some from the front. When there are no more, all are
 * 0.
 */
final class FuzzInput {
    /** Numbers at which something changes. */
    private static final int[] EDGES = {
        0,
        1,
        -1,
        2,
        3,
        4,
        12,
        15,
        16,
        17,
        31,
        32,
        33,
        36,
        127,
        128,
        255,
        256,
        257,
        1000,
        2304,
        4096,
        16_400,
        32_768,
        65_535,
        65_536,
        300_000,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE - 1,
        Integer.MIN_VALUE,
        -4096
    };

    private final byte[] bytes;
    private int at;

    FuzzInput(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isEmpty() {
        return at >= bytes.length;
    }

    int u8() {
        return at < bytes.length ? bytes[at++] & 0xff : 0;
    }

    boolean flag() {
        return (u8() & 1) != 0;
    }

    int i32() {
        return u8() | u8() << 8 | u8() << 16 | u8() << 24;
    }

    /** One of 0 to {@code count - 1}. */
    int choice(int count) {
        return u8() % count;
    }

    int oneOf(int... values) {
        return values[choice(values.length)];
    }

    /** A small number, an edge, or anything. */
    int number() {
        int kind = u8();
        if (kind < 128) {
            return kind & 63;
        }
        return kind < 224 ? EDGES[kind % EDGES.length] : i32();
    }

    /** As {@link #number}, of 64 bits. */
    long longNumber() {
        int kind = u8();
        if (kind < 192) {
            return kind & 63;
        }
        return switch (kind & 7) {
            case 0 -> Long.MAX_VALUE;
            case 1 -> Long.MIN_VALUE;
            case 2 -> Long.MAX_VALUE / 1_000_000_000;
            case 3 -> -1;
            default -> (long) i32() << 32 | Integer.toUnsignedLong(i32());
        };
    }

    /** The next bytes, at most {@code max}; as many as a first one says. */
    byte[] bytes(int max) {
        int count = Math.min(Math.min(u8(), max), bytes.length - at);
        byte[] taken = Arrays.copyOfRange(bytes, at, at + count);
        at += count;
        return taken;
    }
}
