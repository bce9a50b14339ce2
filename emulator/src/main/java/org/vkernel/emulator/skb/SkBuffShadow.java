package org.vkernel.emulator.skb;

import com.google.common.collect.ImmutableList;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Moment;
import org.vkernel.emulator.sched.Scheduler;

/**
 * What the checkers know of an sk_buff: where it was allocated, held and freed, and which of its
 * bytes nobody has written. The latter is exclusive to the one who writes it, as the bytes are.
 */
final class SkBuffShadow {
    private final Scheduler sched;
    private final Moment allocated;
    private volatile @Nullable Moment dropped;
    private volatile @Nullable Moment freed;

    /** Where bytes were added last that somebody has still to write. */
    private @Nullable Moment extended;

    /** By their offset in the data, and shared like that; null: none. */
    private @Nullable BitSet unwritten;

    SkBuffShadow(Scheduler sched) {
        this.sched = sched;
        this.allocated = sched.allocation(sched.current());
    }

    private Moment now() {
        return sched.moment(sched.current());
    }

    // ---- Its life ----------------------------------------------------------------------------

    Moment allocated() {
        return allocated;
    }

    void noteDropped() {
        dropped = now();
    }

    void noteFreed() {
        freed = now();
        unwritten = null;
    }

    /** Where it was allocated, and freed last. */
    ImmutableList<BugReport.Place> places() {
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        places.add(allocated.place("Allocated"));
        add(places, dropped, "Last dropped");
        add(places, freed, "Freed");
        return places.build();
    }

    private static void add(
            ImmutableList.Builder<BugReport.Place> places, @Nullable Moment moment, String what) {
        if (moment != null) {
            places.add(moment.place(what));
        }
    }

    // ---- Its bytes ---------------------------------------------------------------------------

    /** {@code length} bytes were added, and will be written by way of the array. */
    void extend(int at, int length) {
        BitSet bits = unwritten;
        if (bits == null) {
            bits = new BitSet(at + length);
            unwritten = bits;
        }
        bits.set(at, at + length);
        extended = now();
    }

    void wrote(int at, int length) {
        BitSet bits = unwritten;
        if (bits != null) {
            bits.clear(at, at + length);
        }
    }

    /** It shares the data of {@code other}. */
    void share(SkBuffShadow other) {
        unwritten = other.unwritten;
        extended = other.extended;
    }

    /** It has a copy of the data of {@code other}, {@code shift} bytes further on. */
    void copyFrom(SkBuffShadow other, int shift) {
        BitSet bits = other.unwritten;
        extended = other.extended;
        if (bits == null) {
            unwritten = null;
            return;
        }
        BitSet shifted = new BitSet(bits.length() + Math.max(0, shift));
        bits.stream().filter(bit -> bit + shift >= 0).forEach(bit -> shifted.set(bit + shift));
        unwritten = shifted;
    }

    /** The first byte of a range that was never written, or -1. */
    int firstUnwritten(byte[] head, int from, int to) {
        BitSet bits = unwritten;
        if (bits == null) {
            return -1;
        }
        // Who writes by way of the array need not say so: the pattern is gone then.
        int bit = bits.nextSetBit(from);
        while (bit >= 0 && bit < to && head[bit] != SkBuffs.POISON_INUSE) {
            bit = bits.nextSetBit(bit + 1);
        }
        return bit < to ? bit : -1;
    }

    /** Where the bytes come from that nobody wrote. */
    ImmutableList<BugReport.Place> placesOfBytes() {
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        add(places, extended, "Added");
        places.add(allocated.place("Allocated"));
        return places.build();
    }
}
