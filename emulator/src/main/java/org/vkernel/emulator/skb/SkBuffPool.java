package org.vkernel.emulator.skb;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * Freed sk_buffs that each CPU keeps for its next ones: with the array that each had to itself, and
 * with the memory that it took, if that came from a cache's objects of just this size. Such memory
 * counts as free: it is kept as a cache's sheaves keep objects. What an array held before shows
 * where nothing was written, as in Linux.
 *
 * <p>That is not for the allocations' sake alone: a store of a new object's reference in an old
 * queue costs G1 a full fence. Measured with a unicast of 64 bytes: a tenth less for the arrays,
 * and a tenth for the memory.
 *
 * <p>A CPU's sk_buffs are exclusive to the task that holds it.
 */
final class SkBuffPool {
    /** The greatest objects of caches ({@code KMALLOC_MAX_CACHE_SIZE}). */
    private static final int LARGEST_CACHED = 8192;

    /** The most data that is kept with its array. */
    private static final int LARGEST = 131_072;

    /** Of the small heads, and powers of two from 512 to the largest. */
    private static final int CLASSES = 10;

    private static final int FIRST_POWER = 9;

    /** Behind them: sk_buffs without data. */
    private static final int BARE = CLASSES;

    private static final int STACKS = CLASSES + 1;

    /** For {@link #home}. */
    static final int NOWHERE = -1;

    /** Bytes that a CPU keeps of each size at most, and which part of all memory. */
    private static final int BYTES_OF_EACH = 1 << 20;

    private static final int PART = 128;
    private static final int LEAST = 4;
    private static final int FIRST_ROOM = 16;
    private static final @Nullable SkBuff[] NONE = {};

    private final int smallBytes;
    private final int sharedInfoBytes;

    /** Those of the first CPU, then of the next. */
    private final Stack[] stacks;

    /** The one that was freed last is the first to be taken. */
    private static final class Stack {
        private final int most;
        private @Nullable SkBuff[] kept = NONE;
        private int count;

        Stack(int most) {
            this.most = most;
        }

        @Nullable SkBuff pop() {
            return count == 0 ? null : kept[--count];
        }

        @Nullable SkBuff popWhole() {
            int top = count - 1;
            if (top < 0) {
                return null;
            }
            SkBuff skb = kept[top];
            if (skb == null || !skb.hasMemory()) {
                return null;
            }
            count = top;
            return skb;
        }

        /** Returns whether there was room. */
        boolean push(SkBuff skb) {
            int at = count;
            if (at == kept.length) {
                if (at >= most) {
                    return false;
                }
                kept = Arrays.copyOf(kept, Math.max(FIRST_ROOM, 2 * at));
            }
            if (kept[at] != skb) { // most often it is there still
                kept[at] = skb;
            }
            count = at + 1;
            return true;
        }
    }

    /**
     * An empty one.
     *
     * @param memoryBytes how much memory the kernel has
     */
    SkBuffPool(Scheduler sched, long memoryBytes, int headBytes, int smallBytes, int infoBytes) {
        this.smallBytes = smallBytes;
        this.sharedInfoBytes = infoBytes;
        stacks = new Stack[sched.cpuCount() * STACKS];
        for (int i = 0; i < stacks.length; i++) {
            int index = i % STACKS;
            int bytes = index == BARE ? headBytes : Math.max(1, bytesOf(index));
            stacks[i] = new Stack(most(memoryBytes, bytes));
        }
    }

    private static int most(long memoryBytes, int bytes) {
        return Math.clamp(memoryBytes / PART / bytes, LEAST, BYTES_OF_EACH / bytes);
    }

    // ---- Sizes -------------------------------------------------------------------------------

    /** Which class holds data that takes {@code dataBytes}. */
    private int indexOf(long dataBytes) {
        return dataBytes <= smallBytes
                ? 0
                : Long.SIZE - Long.numberOfLeadingZeros(dataBytes - 1) - FIRST_POWER + 1;
    }

    /** The most that data of a class takes. */
    private int bytesOf(int index) {
        return index == 0 ? smallBytes : 1 << (FIRST_POWER + index - 1);
    }

    /** An array for data that takes {@code dataBytes}, and for all of its class. */
    byte[] newArray(long dataBytes) {
        long bytes = dataBytes > LARGEST ? dataBytes : bytesOf(indexOf(dataBytes));
        return new byte[Math.toIntExact(bytes - sharedInfoBytes)];
    }

    /**
     * Where one with such data is kept with its memory when it is freed; {@link #NOWHERE} if the
     * memory is not that of a cache's object of just this size.
     */
    int home(long dataBytes, boolean isVirtual) {
        if (isVirtual || dataBytes > LARGEST_CACHED) {
            return NOWHERE;
        }
        int index = indexOf(dataBytes);
        return dataBytes == bytesOf(index) ? index : NOWHERE;
    }

    // ---- Taking and giving back ----------------------------------------------------------------

    private Stack here(Task running, int index) {
        return stacks[running.cpu().index() * STACKS + index];
    }

    /** One that is free, with memory for {@code dataBytes} of a cache; null if there is none. */
    @Nullable SkBuff takeWhole(Task running, long dataBytes) {
        return dataBytes > LARGEST_CACHED ? null : here(running, indexOf(dataBytes)).popWhole();
    }

    /** One that is free, with memory for itself and no data; null if there is none. */
    @Nullable SkBuff takeWholeBare(Task running) {
        return here(running, BARE).popWhole();
    }

    /**
     * One that is free, with an array for data that takes {@code dataBytes}; null if there is none.
     * It may have memory, which is not needed.
     */
    @Nullable SkBuff take(Task running, long dataBytes) {
        return dataBytes > LARGEST ? null : here(running, indexOf(dataBytes)).pop();
    }

    /** One that is free, and has no data; null if there is none. It may have memory for itself. */
    @Nullable SkBuff takeBare(Task running) {
        return here(running, BARE).pop();
    }

    /**
     * Keeps one that was freed with its memory, if it has a home and there is room.
     *
     * @param ownsData whether nobody else uses its data; if not, only its own memory is kept
     * @return whether it is kept
     */
    boolean keepWhole(Task running, SkBuff skb, boolean ownsData) {
        if (ownsData) {
            int home = skb.home();
            return home != NOWHERE && here(running, home).push(skb);
        }
        skb.setArray(SkBuffs.NO_BYTES);
        skb.setMemory(skb.headObject(), 0);
        return here(running, BARE).push(skb);
    }

    /**
     * Keeps one whose memory was freed with its array, if there is room.
     *
     * @param ownsData whether nobody else uses its data; if not, it has no array
     */
    void keep(Task running, SkBuff skb, boolean ownsData) {
        long bytes = skb.dataBytes();
        if (!ownsData) {
            here(running, BARE).push(skb);
        } else if (bytes <= LARGEST) {
            here(running, indexOf(bytes)).push(skb);
        }
    }

    /** Has {@code action} see all that are kept. Only while nothing else runs. */
    void forEach(Consumer<? super SkBuff> action) {
        for (Stack stack : stacks) {
            for (int i = 0; i < stack.count; i++) {
                SkBuff skb = stack.kept[i];
                if (skb != null) {
                    action.accept(skb);
                }
            }
        }
    }
}
