package org.vkernel.emulator.mm;

/**
 * How many pages of a zone are kept free, and for whom: {@code zone->_watermark}.
 *
 * <pre>
 *   free pages
 *     high  kswapd has reclaimed enough
 *     low   below: whoever allocates wakes kswapd
 *     min   below: ordinary requests reclaim by themselves, or fail
 *     min/2 below: requests with {@code __GFP_HIGH} that may block fail
 *     3/8   (of min) below: those that may not block fail as well
 *     0     only who frees memory gets here
 * </pre>
 *
 * @param min {@code WMARK_MIN}, in pages
 * @param low {@code WMARK_LOW}
 * @param high {@code WMARK_HIGH}
 */
public record Watermarks(int min, int low, int high) {
    private static final int PAGE_KIB = 4;
    private static final int MIN_FREE_KIB_LEAST = 128;
    private static final int MIN_FREE_KIB_MOST = 262_144;

    /** {@code watermark_scale_factor}: the least distance of marks, in ten-thousandths. */
    private static final int SCALE_FACTOR = 10;

    /** The marks of a zone of so many pages, as Linux computes them at boot. */
    public static Watermarks of(int managedPages) {
        return of(minFreeKib((long) managedPages * PAGE_KIB) / PAGE_KIB, managedPages);
    }

    /**
     * The marks with this least one.
     *
     * <p>Models {@code __setup_per_zone_wmarks()}.
     */
    public static Watermarks of(int min, int managedPages) {
        int step = Math.max(min / 4, (int) ((long) managedPages * SCALE_FACTOR / 10_000));
        return new Watermarks(min, min + step, min + 2 * step);
    }

    /**
     * {@code min_free_kbytes} for so much memory.
     *
     * <p>Models {@code calculate_min_free_kbytes()}.
     */
    public static int minFreeKib(long memoryKib) {
        int root = (int) Math.sqrt((double) (memoryKib * 16));
        return Math.clamp(root, MIN_FREE_KIB_LEAST, MIN_FREE_KIB_MOST);
    }

    /**
     * Whether a block of 2^{@code order} pages may be taken as far as the number of pages goes.
     *
     * <p>Models {@code __zone_watermark_ok()} without its look for a block.
     *
     * @param mark the watermark that has to hold afterwards
     * @param flags of {@link AllocFlags}
     */
    static boolean hasEnough(long freePages, int order, int mark, int flags) {
        if ((flags & AllocFlags.NO_WATERMARKS) != 0) {
            return true;
        }
        long least = mark;
        if ((flags & AllocFlags.MIN_RESERVE) != 0) {
            least -= least / 2;
            if ((flags & AllocFlags.NON_BLOCK) != 0) {
                least -= least / 4;
            }
        }
        if ((flags & AllocFlags.OOM) != 0) {
            least -= least / 2;
        }
        return freePages - ((1L << order) - 1) > least;
    }
}
