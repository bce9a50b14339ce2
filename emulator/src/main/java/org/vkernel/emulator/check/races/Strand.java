package org.vkernel.emulator.check.races;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Task;

/**
 * What runs in program order: a task, or the hardirqs or softirqs of one CPU. Has a vector clock.
 *
 * <p>The vector is shared with the {@link Stamp}s taken from it until it next changes. Its own time
 * stands beside it.
 */
final class Strand {
    final int slot;
    final String name;
    final @Nullable Task task;

    /** Its own time: counts what others may be ordered after. */
    int now = 1;

    /** Up to when it comes after each other strand, by slot. */
    private int[] seen;

    private boolean shared;

    /** When its last RCU read section ended; 0: it had none since the last grace period. */
    int readSectionEnd;

    /** The last grace period that it came after. */
    int gracePeriods;

    /** Whether it uses its CPU's data in this section without preemption. */
    boolean usesPerCpuData;

    /** What its waker had done; acquired when it goes on. */
    @Nullable Stamp wakeUp;

    Strand(int slot, String name, @Nullable Task task, int slots) {
        this.slot = slot;
        this.name = name;
        this.task = task;
        this.seen = new int[slots];
    }

    /** Whether what {@code other} did up to {@code clock} is ordered before what this one does. */
    boolean covers(int other, int clock) {
        return other == slot || (other < seen.length && seen[other] >= clock);
    }

    /** All that it did up to now, and what came before; its time goes on. */
    Stamp release() {
        shared = true;
        return new Stamp(slot, now++, seen);
    }

    /** As {@link #release}, as of an earlier time of its own. */
    Stamp releasedAt(int clock) {
        shared = true;
        return new Stamp(slot, clock, seen);
    }

    /** Comes after all of {@code stamp}. */
    void acquire(Stamp stamp) {
        if (stamp.isOfOne() && covers(stamp.slot, stamp.clock)) {
            return; // who is after that instant of a strand is after all that it came after
        }
        acquireSlowly(stamp);
    }

    private void acquireSlowly(Stamp stamp) {
        int[] theirs = stamp.seen;
        int needed = Math.max(theirs.length, stamp.slot + 1);
        int[] mine = seen;
        if (shared || needed > mine.length) {
            mine = Arrays.copyOf(mine, Math.max(needed, mine.length));
            seen = mine;
            shared = false;
        }
        for (int i = 0; i < theirs.length; i++) {
            if (theirs[i] > mine[i]) {
                mine[i] = theirs[i];
            }
        }
        if (stamp.isOfOne() && stamp.clock > mine[stamp.slot]) {
            mine[stamp.slot] = stamp.clock;
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
