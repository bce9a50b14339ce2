package org.vkernel.emulator.shared;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;

/**
 * A bitmap in memory that several tasks see ({@code unsigned long[]} with {@code set_bit()} and
 * kin). Writers exclude each other by a lock of theirs. Each access is a point.
 */
public final class SharedBitmap {
    private final Scheduler sched;
    private final @Nullable SimMachine sim;
    private final long object;
    private volatile long[] words;

    /** For checks alone: whether the memory is given back. */
    private volatile boolean freed;

    public SharedBitmap(Scheduler sched, int bits) {
        this.sched = sched;
        sim = sched.sim();
        object = sched.nextObject();
        words = new long[wordsFor(bits)];
    }

    private static int wordsFor(int bits) {
        return (bits + Long.SIZE - 1) / Long.SIZE;
    }

    /** {@code test_bit()}; false beyond the end. */
    public boolean test(int bit) {
        if (sim != null) {
            sim.point(Access.READ_ONCE, object);
        }
        long[] seen = words;
        if (freed) {
            reportFreed();
        }
        int word = bit / Long.SIZE;
        return word < seen.length && (seen[word] & (1L << bit)) != 0;
    }

    /** {@code __assign_bit()}. */
    public void assign(int bit, boolean value) {
        if (sim != null) {
            sim.point(Access.PUBLISH, object);
        }
        long[] changed = words;
        if (value) {
            changed[bit / Long.SIZE] |= 1L << bit;
        } else {
            changed[bit / Long.SIZE] &= ~(1L << bit);
        }
        words = changed; // publishes the change to lockless readers
    }

    /** Word {@code index}, for copies and prints. */
    public long word(int index) {
        if (sim != null) {
            sim.point(Access.READ_ONCE, object);
        }
        long[] seen = words;
        return index < seen.length ? seen[index] : 0;
    }

    /** Gives the memory back; whoever reads a bit from now on uses it after that. */
    public void free() {
        freed = true;
    }

    private void reportFreed() {
        sched.reportBroken("use after free", "a bit is read of a bitmap that was freed");
    }

    /** Makes room for {@code bits}; never shrinks. */
    public void grow(int bits) {
        if (sim != null) {
            sim.point(Access.PUBLISH, object);
        }
        if (wordsFor(bits) > words.length) {
            words = Arrays.copyOf(words, wordsFor(bits));
        }
    }
}
