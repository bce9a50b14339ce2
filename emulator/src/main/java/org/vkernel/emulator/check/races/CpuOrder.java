package org.vkernel.emulator.check.races;

import org.jspecify.annotations.Nullable;

/** What orders tasks and interrupt handlers that share a CPU, by keeping each other off it. */
final class CpuOrder {
    final Strand hardirq;
    final Strand softirq;

    /** The end of its last hardirq, and of its last softirq. */
    @Nullable Stamp hardirqDone;

    @Nullable Stamp softirqDone;

    /** The sections with interrupts off, which the next hardirq comes after. */
    final Sections irqsOff = new Sections();

    /** The sections with bottom halves or interrupts off, which the next softirq comes after. */
    final Sections bottomHalvesOff = new Sections();

    /** The sections that use the CPU's own data. */
    @Nullable Stamp perCpuData;

    CpuOrder(Strand hardirq, Strand softirq) {
        this.hardirq = hardirq;
        this.softirq = softirq;
    }

    /**
     * The ends of sections that a handler comes after. There are many of them for each handler, so
     * the last one is only noted.
     */
    static final class Sections {
        private @Nullable Strand last;
        private int lastClock;
        private @Nullable Stamp before;

        /** {@code strand} ends one at its {@code clock}. */
        void end(Strand strand, int clock) {
            if (last != strand) {
                var _ = stamp();
                last = strand;
            }
            lastClock = clock;
        }

        /** All of them, or null if there was none. */
        @Nullable Stamp stamp() {
            Strand strand = last;
            if (strand != null) {
                Stamp stamp = strand.releasedAt(lastClock);
                Stamp older = before;
                before = older == null ? stamp : older.with(stamp, strand);
                last = null;
            }
            return before;
        }
    }
}
