package org.vkernel.emulator.mm;

import java.util.Arrays;

/**
 * The free objects of a cache that each CPU keeps, last in, first out: {@code struct
 * slub_percpu_sheaves} (mm/slub.c). Those of a CPU are exclusive to the task that holds it.
 *
 * <p>A sheaf is an array of ints: at {@link #COUNT} how many objects it has, from {@link #FIRST} on
 * the objects. The unused ends keep it in cache lines of its own.
 */
final class CpuSheaves {
    static final int COUNT = 15;
    static final int FIRST = COUNT + 1;
    private static final int PADDING = 16;

    /** Has room for nothing: a CPU's, before it has used the cache. */
    private static final int[] NONE = newSheaf(0);

    /** By CPU, what it takes from and gives to. */
    final int[][] main;

    /** By CPU, what it takes when that is empty or full. */
    final int[][] spare;

    CpuSheaves(int cpus) {
        main = new int[cpus][];
        Arrays.fill(main, NONE);
        spare = new int[cpus][];
        Arrays.fill(spare, NONE);
    }

    static int[] newSheaf(int capacity) {
        return new int[FIRST + capacity + PADDING];
    }

    /** Whether it is no real sheaf, but stands for one that is not there yet. */
    static boolean isNone(int[] sheaf) {
        return sheaf.length == NONE.length;
    }

    static boolean isFull(int[] sheaf) {
        return sheaf[COUNT] == sheaf.length - FIRST - PADDING;
    }

    static boolean isEmpty(int[] sheaf) {
        return sheaf[COUNT] == 0;
    }

    /** Adds an object to a sheaf that is not full. */
    static void push(int[] sheaf, int object) {
        int count = sheaf[COUNT];
        sheaf[FIRST + count] = object;
        sheaf[COUNT] = count + 1;
    }

    /** Takes the object that was added last to a sheaf that is not empty. */
    static int pop(int[] sheaf) {
        int count = sheaf[COUNT] - 1;
        sheaf[COUNT] = count;
        return sheaf[FIRST + count];
    }

    /** How many objects all sheaves have; exact while nothing runs. */
    int count() {
        int sum = 0;
        for (int cpu = 0; cpu < main.length; cpu++) {
            sum += main[cpu][COUNT] + spare[cpu][COUNT];
        }
        return sum;
    }
}
