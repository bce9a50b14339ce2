package org.vkernel.emulator.mm;

/** What a page is used for: {@code page_type} and its kin, a byte each. */
final class PageKind {
    /** Inside of a block, free or not; what holds is at the block's first page. */
    static final byte INNER = 0;

    /** The first page of a free block; its order is added. */
    static final byte FREE = 0x10;

    /** The first page of a block that somebody asked for by its order, which is added. */
    static final byte BLOCK = 0x20;

    static final byte SLAB = 0x30;
    static final byte VMALLOC = 0x31;
    static final byte USER = 0x32;
    static final byte CACHE = 0x33;

    private static final int ORDER_MASK = 0xf;
    private static final int KIND_MASK = 0xf0;

    private PageKind() {}

    static byte withOrder(byte kind, int order) {
        return (byte) (kind + order);
    }

    static boolean isFree(byte kind) {
        return (kind & KIND_MASK) == FREE;
    }

    static boolean isBlock(byte kind) {
        return (kind & KIND_MASK) == BLOCK;
    }

    static int order(byte kind) {
        return kind & ORDER_MASK;
    }
}
