package org.vkernel.emulator.mm;

/** How far below a watermark an attempt may go: {@code ALLOC_*} (mm/internal.h). */
final class AllocFlags {
    /** {@code ALLOC_MIN_RESERVE}: half of the mark may be used. */
    static final int MIN_RESERVE = 1;

    /** {@code ALLOC_NON_BLOCK}: with {@link #MIN_RESERVE}, a quarter of what is left of it, too. */
    static final int NON_BLOCK = 2;

    /** {@code ALLOC_OOM}: half of the mark, for a task that the OOM killer has chosen. */
    static final int OOM = 4;

    /** {@code ALLOC_NO_WATERMARKS}: every page. */
    static final int NO_WATERMARKS = 8;

    private AllocFlags() {}
}
