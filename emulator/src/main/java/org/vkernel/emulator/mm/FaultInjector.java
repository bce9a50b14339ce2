package org.vkernel.emulator.mm;

import org.vkernel.emulator.sched.Task;

/**
 * Decides which allocations fail although there is memory (lib/fault-inject.c).
 *
 * <p>It is asked for each allocation that may fail, in the order in which they happen, in the
 * context of the allocation; it is never asked for {@code __GFP_NOFAIL} requests. Neither question
 * sleeps.
 */
public interface FaultInjector {
    /**
     * Whether taking an object from a cache fails. Models {@code should_failslab()}
     * (mm/failslab.c).
     *
     * @param cache what is allocated from, such as {@code kmalloc-512} or {@code skbuff_head_cache}
     * @param bytes how much was asked for
     */
    boolean failSlab(Task running, String cache, long bytes, GfpMask gfp);

    /**
     * Whether taking a block of 2^{@code order} pages fails. Models {@code
     * should_fail_alloc_page()} (mm/fail_page_alloc.c).
     */
    boolean failPages(Task running, int order, GfpMask gfp);
}
