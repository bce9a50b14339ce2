package org.vkernel.emulator.mm;

/**
 * Decides which allocations fail although there is memory (lib/fault-inject.c, mm/failslab.c).
 *
 * <p>It is asked for each allocation that may fail, in the order in which they happen.
 */
@FunctionalInterface
public interface FaultInjector {
    /**
     * Whether this allocation fails. Context: the allocation's. Sleeps: never.
     *
     * @param cache what is allocated from, such as {@code kmalloc-512} or {@code skbuff_head_cache}
     * @param bytes how much was asked for
     */
    boolean shouldFail(String cache, long bytes, GfpMask gfp);
}
