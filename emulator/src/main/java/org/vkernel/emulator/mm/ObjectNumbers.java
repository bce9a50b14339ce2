package org.vkernel.emulator.mm;

/**
 * What stands for a pointer to allocated memory: the frame of its slab's or block's first page, and
 * its index in the slab.
 *
 * <pre>
 *   31 30              9 8       0
 *   +-+-----------------+---------+
 *   |0|      frame      |  index  |   0 is the null pointer
 *   +-+-----------------+---------+
 * </pre>
 */
public final class ObjectNumbers {
    /** The null pointer. */
    public static final int NULL = 0;

    /** {@code ZERO_SIZE_PTR}: what an allocation of nothing gives. It is freed as any other. */
    public static final int ZERO_SIZE = 16;

    static final int INDEX_BITS = 9;
    private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;

    private ObjectNumbers() {}

    static int of(int frame, int index) {
        return frame << INDEX_BITS | index;
    }

    /** The frame that an object lies in, or that its slab or block begins with. */
    public static int frame(int object) {
        return object >>> INDEX_BITS;
    }

    /** Which of its slab's objects it is. */
    public static int index(int object) {
        return object & INDEX_MASK;
    }

    /** {@code ZERO_OR_NULL_PTR()}. */
    static boolean isZeroOrNull(int object) {
        return object <= ZERO_SIZE;
    }
}
