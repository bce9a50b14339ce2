package org.vkernel.emulator.mm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Pages cut into equal objects: {@code struct slab} (mm/slab.h). Guarded by its cache's lock.
 *
 * <p>Objects are handed out in the order of their addresses first, and then the one that came back
 * last.
 */
final class Slab {
    private static final short[] NONE = {};
    private static final int LEAST_ROOM = 8;

    final KmemCache cache;
    final int frame;
    private final int objects;

    /** Indices of objects that came back, {@link #freedCount} of them. */
    private short[] freed = NONE;

    private int freedCount;

    /** From this index on no object has been handed out yet. */
    private int untouched;

    /** A bit for each object that is out: with its owner, or kept by a CPU. */
    private final long[] out;

    // Its place in the cache's list of slabs with free objects.
    @Nullable Slab next;
    @Nullable Slab previous;

    Slab(KmemCache cache, int frame, int objects) {
        this.cache = cache;
        this.frame = frame;
        this.objects = objects;
        this.out = new long[(objects + Long.SIZE - 1) / Long.SIZE];
    }

    boolean isFull() {
        return freedCount == 0 && untouched == objects;
    }

    boolean isEmpty() {
        return freedCount == untouched;
    }

    /** Hands out an object of a slab that is not full. */
    int take() {
        int index = freedCount != 0 ? freed[--freedCount] : untouched++;
        out[index / Long.SIZE] |= 1L << index;
        return ObjectNumbers.of(frame, index);
    }

    /** Takes an object back; false if it is here already. */
    boolean put(int object) {
        int index = ObjectNumbers.index(object);
        long bit = 1L << index;
        if (index >= objects || (out[index / Long.SIZE] & bit) == 0) {
            return false;
        }
        out[index / Long.SIZE] &= ~bit;
        if (freedCount == freed.length) {
            int room = Math.min(objects, Math.max(LEAST_ROOM, 2 * freedCount));
            freed = Arrays.copyOf(freed, room);
        }
        freed[freedCount++] = (short) index;
        return true;
    }
}
