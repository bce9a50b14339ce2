package org.vkernel.emulator.check;

import com.google.common.collect.ImmutableList;
import org.jspecify.annotations.Nullable;

/**
 * Where a count of references was changed last, for a report on its misuse. On the parallel machine
 * each change replaces the one before as it comes.
 */
public final class RefHistory {
    private volatile @Nullable Moment taken;
    private volatile @Nullable Moment dropped;

    /** A reference was taken. */
    public void noteTaken(Moment now) {
        taken = now;
    }

    /** A reference was dropped. */
    public void noteDropped(Moment now) {
        dropped = now;
    }

    /** The last change of each kind. */
    public ImmutableList<BugReport.Place> places() {
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        Moment last = taken;
        if (last != null) {
            places.add(last.place("Last taken"));
        }
        last = dropped;
        if (last != null) {
            places.add(last.place("Last dropped"));
        }
        return places.build();
    }
}
