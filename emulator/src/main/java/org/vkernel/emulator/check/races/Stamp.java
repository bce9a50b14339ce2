package org.vkernel.emulator.check.races;

import java.util.Arrays;

/** An instant of a strand, or of several at once, with all that came before. Immutable. */
final class Stamp {
    private static final int SEVERAL = -1;

    /** Whose it is, or {@link #SEVERAL}. */
    final int slot;

    /** That one's own time. */
    final int clock;

    final int[] seen;

    Stamp(int slot, int clock, int[] seen) {
        this.slot = slot;
        this.clock = clock;
        this.seen = seen;
    }

    boolean isOfOne() {
        return slot != SEVERAL;
    }

    /** This and {@code later}, which {@code releaser} made just now. */
    Stamp with(Stamp later, Strand releaser) {
        if (isOfOne() && releaser.covers(slot, clock)) {
            return later;
        }
        int length = Math.max(Math.max(seen.length, slot + 1), later.slot + 1);
        int[] all = Arrays.copyOf(seen, Math.max(length, later.seen.length));
        if (isOfOne()) {
            all[slot] = Math.max(all[slot], clock);
        }
        for (int i = 0; i < later.seen.length; i++) {
            all[i] = Math.max(all[i], later.seen[i]);
        }
        if (later.isOfOne()) {
            all[later.slot] = Math.max(all[later.slot], later.clock);
        }
        return new Stamp(SEVERAL, 0, all);
    }
}
