package org.vkernel.emulator.mm;

import org.vkernel.emulator.sched.Task;

/**
 * Memory that is contiguous only virtually: single pages, chained in order.
 *
 * <p>Models mm/vmalloc.c without its tree of areas; what describes an area takes no memory here.
 */
final class VmallocAreas {
    private final Memory memory;
    private final PageAllocator pages;
    private int areas;
    private int pageCount;

    VmallocAreas(Memory memory, PageAllocator pages) {
        this.memory = memory;
        this.pages = pages;
    }

    /** How many areas there are; exact while nothing runs. */
    int areas() {
        return areas;
    }

    /** How many pages they have ({@code vmalloc_nr_pages()}). */
    int pages() {
        return pageCount;
    }

    /**
     * An area of so many bytes.
     *
     * <p>Models {@code __vmalloc_node_range()}. Context: process. Sleeps: if {@code gfp} allows it.
     *
     * @return its number, that of its first page; or 0
     */
    int alloc(Task running, long bytes, GfpMask gfp) {
        if (bytes <= 0) {
            return ObjectNumbers.NULL;
        }
        long wanted = (bytes + BuddyZone.PAGE_BYTES - 1) / BuddyZone.PAGE_BYTES;
        if (wanted > pages.zone().managedPages()) {
            memory.failures().vmalloc(running, bytes, gfp, "exceeds total pages");
            return ObjectNumbers.NULL;
        }
        int last = 0;
        int first = 0;
        for (int count = 0; count < wanted; count++) {
            int frame = pages.alloc(running, 0, gfp.with(GfpMask.Flag.NOWARN));
            if (frame == 0) {
                release(running, first);
                memory.failures().vmalloc(running, bytes, gfp, "failed to allocate pages");
                return ObjectNumbers.NULL;
            }
            pages.lock(running);
            pages.zone().setKind(frame, PageKind.VMALLOC);
            pages.zone().setNext(frame, 0);
            if (last != 0) {
                pages.zone().setNext(last, frame);
            } else {
                first = frame;
            }
            pageCount++;
            pages.unlock(running);
            last = frame;
        }
        pages.lock(running);
        areas++;
        pages.unlock(running);
        return ObjectNumbers.of(first, 0);
    }

    /** {@code vfree()}. Context: any. Sleeps: never. */
    void free(Task running, int object) {
        pages.lock(running);
        areas--;
        pages.unlock(running);
        release(running, ObjectNumbers.frame(object));
    }

    private void release(Task running, int first) {
        pages.lock(running);
        BuddyZone zone = pages.zone();
        for (int frame = first; frame != 0; ) {
            int next = zone.next(frame);
            zone.free(frame, 0);
            pageCount--;
            frame = next;
        }
        pages.unlock(running);
    }
}
