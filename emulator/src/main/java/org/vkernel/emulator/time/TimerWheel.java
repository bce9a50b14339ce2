package org.vkernel.emulator.time;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The timer wheel of one CPU: levels of 64 buckets, each level's ticks eight times as coarse as
 * those of the level before (kernel/time/timer.c).
 *
 * <p>A timer goes into the bucket of the first coarse tick after its time, so it never fires early,
 * and late by up to one such tick. It stays there: nothing is ever moved to a finer level. Adding
 * and removing take constant time, however many timers there are. A level's buckets are made when
 * it is first used.
 *
 * <p>Exclusive to the holder of the base's lock. All times are in jiffies.
 */
final class TimerWheel {
    static final int BUCKETS = 64;
    static final int LEVEL_SHIFT = 3;
    private static final int MASK = BUCKETS - 1;

    /** Nothing is pending. */
    static final long NEVER = Long.MAX_VALUE;

    /** The timers of one bucket, newest first. */
    static final class Bucket {
        private int level;
        private int index;
        private boolean inWheel;
        private @Nullable Timer first;
    }

    /** Linux has one level less where ticks are longest ({@code LVL_DEPTH}). */
    private final int depth;

    private final @Nullable Bucket[] @Nullable [] buckets;

    /** A bit for each bucket of a level that holds timers. */
    private final long[] occupied;

    /** The next tick to be looked at; no pending timer is due before it. */
    private long clk;

    private long nextExpiry = NEVER;
    private int size;

    /** What {@link #collect} found, finest level first. */
    private final @Nullable Bucket[] due;

    private int dueCount;

    TimerWheel(int hz, long now) {
        depth = hz > 100 ? 9 : 8;
        buckets = new Bucket[depth][];
        occupied = new long[depth];
        due = new Bucket[depth];
        clk = now;
    }

    /** The ticks from which a timer goes beyond {@code level} ({@code LVL_START(level + 1)}). */
    private static long reach(int level) {
        return (long) MASK << shift(level);
    }

    private static long granularity(int level) {
        return 1L << shift(level);
    }

    private static int shift(int level) {
        return level * LEVEL_SHIFT;
    }

    /** The first tick at which something fires, {@link #NEVER} if nothing is pending. */
    long nextExpiry() {
        return nextExpiry;
    }

    /** How many timers are pending. */
    int size() {
        return size;
    }

    /**
     * Catches up with the clock, but not beyond a bucket that is due. Models {@code
     * forward_timer_base()}.
     */
    void forward(long now) {
        if (now > clk) {
            clk = Math.min(now, nextExpiry);
        }
    }

    private int levelOf(long delta) {
        int level = 0;
        while (level < depth - 1 && delta >= reach(level)) {
            level++;
        }
        return level;
    }

    /**
     * Adds a timer, at its {@code expires}. Models {@code internal_add_timer()}.
     *
     * @return whether it is now the first to fire
     */
    boolean enqueue(Timer timer) {
        long expires = timer.expires;
        long delta = expires - clk;
        int level;
        long tick;
        if (delta < 0) {
            level = 0;
            tick = clk;
        } else {
            level = levelOf(delta);
            if (delta >= reach(depth - 1)) {
                expires = clk + reach(depth - 1) - granularity(depth - 1);
            }
            tick = (expires >> shift(level)) + 1;
        }
        Bucket bucket = bucket(level, (int) tick & MASK);
        Timer head = bucket.first;
        timer.bucket = bucket;
        timer.prev = null;
        timer.next = head;
        if (head != null) {
            head.prev = timer;
        }
        bucket.first = timer;
        occupied[level] |= 1L << bucket.index;
        size++;
        long fires = tick << shift(level);
        if (fires < nextExpiry) {
            nextExpiry = fires;
            return true;
        }
        return false;
    }

    private Bucket bucket(int level, int index) {
        @Nullable Bucket[] row = buckets[level];
        if (row == null) {
            row = new Bucket[BUCKETS];
            buckets[level] = row;
        }
        Bucket bucket = row[index];
        if (bucket == null) {
            bucket = new Bucket();
            bucket.level = level;
            bucket.index = index;
            bucket.inWheel = true;
            row[index] = bucket;
        }
        return bucket;
    }

    /**
     * Takes a pending timer off. Models {@code detach_if_pending()}.
     *
     * @return whether what fires first has changed
     */
    boolean dequeue(Timer timer) {
        Bucket bucket = Objects.requireNonNull(timer.bucket);
        Timer next = timer.next;
        Timer prev = timer.prev;
        if (next != null) {
            next.prev = prev;
        }
        if (prev != null) {
            prev.next = next;
        } else {
            bucket.first = next;
        }
        timer.next = null;
        timer.prev = null;
        timer.bucket = null;
        size--;
        if (bucket.first != null || !bucket.inWheel) {
            return false;
        }
        occupied[bucket.level] &= ~(1L << bucket.index);
        long before = nextExpiry;
        nextExpiry = findNext();
        return nextExpiry != before;
    }

    /** Models {@code __next_timer_interrupt()}. */
    private long findNext() {
        long earliest = NEVER;
        for (int level = 0; level < depth; level++) {
            long bits = occupied[level];
            if (bits != 0) {
                int shift = shift(level);
                // The first tick of this level that is not before clk.
                long unit = (clk + granularity(level) - 1) >> shift;
                long ahead = Long.numberOfTrailingZeros(Long.rotateRight(bits, (int) unit));
                earliest = Math.min(earliest, (unit + ahead) << shift);
            }
        }
        return earliest;
    }

    /**
     * Goes to the first tick that has something to fire, if it is not after {@code now}, and takes
     * its buckets out of the wheel for {@link #nextDue}. Models {@code collect_expired_timers()}.
     *
     * @return whether there is something
     */
    boolean collect(long now) {
        if (nextExpiry > now) {
            return false;
        }
        clk = nextExpiry;
        long unit = clk;
        for (int level = 0; level < depth; level++) {
            int index = (int) unit & MASK;
            if ((occupied[level] & 1L << index) != 0) {
                occupied[level] &= ~(1L << index);
                takeOut(bucket(level, index));
            }
            if ((unit & (1 << LEVEL_SHIFT) - 1) != 0) {
                break; // a coarser level's tick has not begun
            }
            unit >>= LEVEL_SHIFT;
        }
        clk++;
        nextExpiry = findNext();
        return true;
    }

    private void takeOut(Bucket bucket) {
        bucket.inWheel = false;
        @Nullable Bucket[] row = buckets[bucket.level];
        if (row != null) {
            row[bucket.index] = null;
        }
        due[dueCount++] = bucket;
    }

    /** The next timer that is due, coarsest level first and newest first in it; null at the end. */
    @Nullable Timer nextDue() {
        while (dueCount > 0) {
            Bucket bucket = due[dueCount - 1];
            Timer first = bucket == null ? null : bucket.first;
            if (first != null) {
                return first;
            }
            due[--dueCount] = null;
        }
        return null;
    }

    /** Whether a timer set to {@code t} would go into {@code bucket}. */
    boolean belongsTo(Bucket bucket, long t) {
        long delta = t - clk;
        if (!bucket.inWheel || delta < 0 || delta >= reach(depth - 1)) {
            return false;
        }
        int level = levelOf(delta);
        return level == bucket.level && (((t >> shift(level)) + 1) & MASK) == bucket.index;
    }
}
