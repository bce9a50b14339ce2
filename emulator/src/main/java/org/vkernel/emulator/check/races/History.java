package org.vkernel.emulator.check.races;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last accesses of one kind to one place: the last one only while each comes after the one
 * before, as nearly all do; else each strand's last.
 */
final class History {
    /** None of them. */
    static final int NONE = -1;

    private int slot = NONE;
    private int clock;
    private long origin;
    private @Nullable Throwable stack;

    // By slot, where several strands' are kept.
    private int @Nullable [] clocks;
    private long[] origins = {};
    private @Nullable Throwable[] stacks = {};

    /** Whether {@code strand} has done the same since others last heard of it. */
    boolean isKnown(Strand strand) {
        int[] all = clocks;
        return all == null
                ? slot == strand.slot && clock == strand.now
                : strand.slot < all.length && all[strand.slot] == strand.now;
    }

    /** The slot of a strand whose access is not ordered before what {@code strand} does now. */
    int unordered(Strand strand) {
        int[] all = clocks;
        if (all == null) {
            return slot == NONE || strand.covers(slot, clock) ? NONE : slot;
        }
        for (int other = 0; other < all.length; other++) {
            if (all[other] != 0 && !strand.covers(other, all[other])) {
                return other;
            }
        }
        return NONE;
    }

    /** Adds what {@code strand} does now. */
    void add(Strand strand, long from, @Nullable Throwable trace) {
        if (clocks == null && (slot == NONE || strand.covers(slot, clock))) {
            slot = strand.slot;
            clock = strand.now;
            origin = from;
            stack = trace;
        } else {
            addToAll(strand, from, trace);
        }
    }

    private void addToAll(Strand strand, long from, @Nullable Throwable trace) {
        int[] all = clocks;
        int needed = Math.max(slot, strand.slot) + 1;
        if (all == null) {
            all = new int[needed];
            origins = new long[needed];
            stacks = new Throwable[needed];
            all[slot] = clock;
            origins[slot] = origin;
            stacks[slot] = stack;
        } else if (all.length < needed) {
            all = Arrays.copyOf(all, needed);
            origins = Arrays.copyOf(origins, needed);
            stacks = Arrays.copyOf(stacks, needed);
        }
        clocks = all;
        all[strand.slot] = strand.now;
        origins[strand.slot] = from;
        stacks[strand.slot] = trace;
    }

    /** Forgets them: a later access comes after all. */
    void clear() {
        slot = NONE;
        clocks = null;
        stack = null;
    }

    /** Where that strand's access was made: see {@link RaceChecker}. */
    long origin(int of) {
        return clocks == null ? origin : origins[of];
    }

    @Nullable Throwable stack(int of) {
        return clocks == null ? stack : stacks[of];
    }
}
