package org.vkernel.emulator.skb;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * Byte arrays that each CPU keeps for its next sk_buffs, so that the JVM need not clear and collect
 * large ones for each message. Their old contents show where nothing was written, as in Linux.
 *
 * <p>A CPU's arrays are exclusive to the task that holds it.
 */
final class DataPool {
    /** Bytes of the smallest arrays. */
    static final int SMALLEST = 256;

    private static final int LARGEST = 65_536;
    private static final int CLASSES = 9;

    /** Bytes that a CPU keeps of each size. */
    private static final int BYTES_OF_EACH = 256 << 10;

    private final @Nullable CpuPool[] cpus;

    /** What one CPU keeps, by size. */
    private static final class CpuPool {
        final byte[][][] arrays = new byte[CLASSES][][];
        final int[] counts = new int[CLASSES];
    }

    DataPool(Scheduler sched) {
        cpus = new CpuPool[sched.cpuCount()];
    }

    /** An array of at least {@code size} bytes. */
    byte[] take(Task running, int size) {
        if (size > LARGEST) {
            return new byte[size];
        }
        int index = indexOf(size);
        CpuPool pool = cpus[running.cpu().index()];
        if (pool == null || pool.counts[index] == 0) {
            return new byte[SMALLEST << index];
        }
        int last = --pool.counts[index];
        return pool.arrays[index][last];
    }

    /** Keeps an array that nobody uses any more, if there is room for it. */
    void giveBack(Task running, byte[] array) {
        int length = array.length;
        if (length < SMALLEST || length > LARGEST || (length & (length - 1)) != 0) {
            return;
        }
        int cpu = running.cpu().index();
        CpuPool pool = cpus[cpu];
        if (pool == null) {
            pool = new CpuPool();
            cpus[cpu] = pool;
        }
        int index = indexOf(length);
        byte[][] kept = pool.arrays[index];
        if (kept == null) {
            kept = new byte[BYTES_OF_EACH / length][];
            pool.arrays[index] = kept;
        }
        int count = pool.counts[index];
        if (count < kept.length) {
            kept[count] = array;
            pool.counts[index] = count + 1;
        }
    }

    /** Which size, counted from {@link #SMALLEST} in powers of two, holds {@code size} bytes. */
    private static int indexOf(int size) {
        return Integer.SIZE - Integer.numberOfLeadingZeros((size - 1) / SMALLEST);
    }
}
