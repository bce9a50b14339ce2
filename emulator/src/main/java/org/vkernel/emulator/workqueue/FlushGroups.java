package org.vkernel.emulator.workqueue;

import java.util.Objects;

/**
 * Counts the works of one list that have not ended, by what flushes wait for them. Exclusive to the
 * holder of the place's lock.
 */
final class FlushGroups {
    private int inFlight;
    private FlushGroup oldest = new FlushGroup();
    private FlushGroup open = oldest;

    /** Works that wait or run. */
    int inFlight() {
        return inFlight;
    }

    /** A work was queued; what {@link #leave} wants back. */
    FlushGroup enter() {
        open.inFlight++;
        inFlight++;
        return open;
    }

    /** A work has ended, or was taken off. */
    void leave(FlushGroup group) {
        group.inFlight--;
        inFlight--;
        while (oldest != open && oldest.inFlight == 0) {
            FlushGroup over = oldest;
            oldest = Objects.requireNonNull(over.next);
            Objects.requireNonNull(over.flush).groupEnded();
        }
    }

    /** Has {@code flush} wait for all that is in flight; does nothing if nothing is. */
    void join(FlushGroup.Flush flush) {
        if (inFlight != 0) {
            FlushGroup fresh = new FlushGroup();
            flush.add();
            open.flush = flush;
            open.next = fresh;
            open = fresh;
        }
    }
}
