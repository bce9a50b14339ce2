package org.vkernel.emulator.mm;

import org.vkernel.emulator.sched.Task;

/**
 * Pages of files that were read: clean, so that reclaim can take each back at once. They are the
 * ballast of this kernel, which has no files to read.
 *
 * <p>Models the inactive list of file pages (mm/vmscan.c); the oldest goes first.
 */
public final class PageCache {
    private final PageAllocator pages;
    private int oldest;
    private int newest;
    private int count;

    PageCache(PageAllocator pages) {
        this.pages = pages;
    }

    /** How many pages it has ({@code NR_FILE_PAGES}); exact while nothing runs. */
    public int pages() {
        return count;
    }

    /**
     * Reads so many pages of a file that nobody has read yet: what the running task has to pay for
     * it.
     *
     * <p>Models {@code page_cache_ra_unbounded()}. Context: process; sleeps.
     *
     * @return how many were read, before memory ran out
     */
    public int read(Task running, int wanted) {
        for (int done = 0; done < wanted; done++) {
            int frame = pages.alloc(running, 0, GfpMask.HIGHUSER_MOVABLE);
            if (frame == 0) {
                return done;
            }
            pages.lock(running);
            add(frame);
            pages.unlock(running);
        }
        return wanted;
    }

    /** Fills it at boot, while there is more than so many free pages, without any reclaim. */
    void fill(Task running, int wanted, int leftFree) {
        pages.lock(running);
        BuddyZone zone = pages.zone();
        for (int done = 0; done < wanted && zone.freePages() > leftFree; done++) {
            add(zone.take(0));
        }
        pages.unlock(running);
    }

    private void add(int frame) {
        BuddyZone zone = pages.zone();
        zone.setKind(frame, PageKind.CACHE);
        zone.setNext(frame, 0);
        if (newest == 0) {
            oldest = frame;
        } else {
            zone.setNext(newest, frame);
        }
        newest = frame;
        count++;
    }

    /**
     * Gives pages back to the zone, the oldest first.
     *
     * @return how many there were, at most {@code wanted}
     */
    int shrink(Task running, int wanted) {
        pages.lock(running);
        BuddyZone zone = pages.zone();
        int done = 0;
        for (; done < wanted && oldest != 0; done++) {
            int frame = oldest;
            oldest = zone.next(frame);
            zone.free(frame, 0);
        }
        if (oldest == 0) {
            newest = 0;
        }
        count -= done;
        pages.unlock(running);
        return done;
    }
}
