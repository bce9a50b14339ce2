package org.vkernel.emulator.check.races;

import org.jspecify.annotations.Nullable;

/** A place in memory, or a lock: who accessed it, and what comes after that. */
final class Place {
    final long number;

    @Nullable History writes;
    @Nullable History markedWrites;
    @Nullable History reads;
    @Nullable History markedReads;

    /** Writes that exclude each other but not marked reads: {@code Access.PUBLISH}. */
    @Nullable History publications;

    /** What those come after that acquire it. */
    @Nullable Stamp released;

    /** A lock's: what the releases of its readers leave to the next writer. */
    @Nullable Stamp releasedByReaders;

    boolean reported;

    Place(long number) {
        this.number = number;
    }

    void release(Strand strand) {
        Stamp before = released;
        Stamp stamp = strand.release();
        released = before == null ? stamp : before.with(stamp, strand);
    }

    void acquire(Strand strand) {
        Stamp stamp = released;
        if (stamp != null) {
            strand.acquire(stamp);
        }
    }
}
