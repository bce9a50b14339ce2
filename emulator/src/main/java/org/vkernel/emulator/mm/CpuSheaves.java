package org.vkernel.emulator.mm;

import org.jspecify.annotations.Nullable;

/**
 * The free objects of a cache that a CPU keeps, last in, first out: {@code struct
 * slub_percpu_sheaves} (mm/slub.c). Exclusive to the task that holds the CPU.
 *
 * <p>A sheaf is an array of ints: at {@link #COUNT} how many objects it has, from {@link #FIRST} on
 * the objects. The unused ends keep it in cache lines of its own.
 */
final class CpuSheaves {
    static final int COUNT = 15;
    static final int FIRST = COUNT + 1;
    private static final int PADDING = 16;

    int[] main;
    int @Nullable [] spare;

    CpuSheaves(int capacity) {
        main = newSheaf(capacity);
    }

    static int[] newSheaf(int capacity) {
        return new int[FIRST + capacity + PADDING];
    }

    static int capacity(int[] sheaf) {
        return sheaf.length - FIRST - PADDING;
    }

    static void push(int[] sheaf, int object) {
        int count = sheaf[COUNT];
        sheaf[FIRST + count] = object;
        sheaf[COUNT] = count + 1;
    }

    static int pop(int[] sheaf) {
        int count = sheaf[COUNT] - 1;
        sheaf[COUNT] = count;
        return sheaf[FIRST + count];
    }

    /** How many objects both sheaves have. */
    int count() {
        int @Nullable [] second = spare;
        return main[COUNT] + (second == null ? 0 : second[COUNT]);
    }
}
