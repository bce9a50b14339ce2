package org.vkernel.emulator.mm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pages of the one zone that there is, and its free lists: the buddy allocator.
 *
 * <p>Models {@code struct zone} with {@code free_area[]} (mm/page_alloc.c): a free block of
 * 2<sup>order</sup> pages is split until it fits, and merged again with its buddy when that is free
 * as well. Lists are last in, first out. There are no migrate types and no per-CPU lists of pages.
 *
 * <p>A page is named by its frame number; page 0 and those up to {@link #FIRST_FRAME}, where the
 * kernel itself would lie, are none of the zone's. What is known of pages is kept in rows that are
 * made when a page of theirs is first touched: memory that nobody has used costs nothing.
 *
 * <p>All methods are called under the zone's lock, but those that say otherwise.
 */
final class BuddyZone {
    /** {@code MAX_PAGE_ORDER}: the greatest block is 4 MiB. */
    static final int MAX_ORDER = 10;

    static final int PAGE_BYTES = 4096;
    private static final int SECTION_PAGES = 1 << MAX_ORDER;

    /** The zone's first frame. */
    static final int FIRST_FRAME = SECTION_PAGES;

    private static final int ROW_BITS = 6;
    private static final int ROW_PAGES = 1 << ROW_BITS;
    private static final int ROW_MASK = ROW_PAGES - 1;

    /** What is known of {@link #ROW_PAGES} pages: {@code struct page}, column by column. */
    private static final class Row {
        final byte[] kinds = new byte[ROW_PAGES];

        /** The neighbours in the list or chain that the page is in; 0: none. */
        final int[] next = new int[ROW_PAGES];

        final int[] previous = new int[ROW_PAGES];
        @Nullable Slab @Nullable [] slabs;
    }

    /** From {@link #FIRST_FRAME} on, as far as pages were touched. */
    private @Nullable Row[] rows = new @Nullable Row[SECTION_PAGES / ROW_PAGES];

    private final int managedPages;
    private final int endFrame;

    /** First blocks of the free lists, by order; 0: empty. */
    private final int[] heads = new int[MAX_ORDER + 1];

    private final int[] counts = new int[MAX_ORDER + 1];

    /** From here on nobody has had a page yet; up to {@link #wholeEnd} in whole sections. */
    private int untouched = FIRST_FRAME;

    private final int wholeEnd;
    private int freePages;

    /** A zone of so many pages, all of them free. */
    BuddyZone(int pages) {
        managedPages = pages;
        endFrame = FIRST_FRAME + pages;
        wholeEnd = endFrame & -SECTION_PAGES;
        freePages = wholeEnd - FIRST_FRAME;
        int frame = wholeEnd;
        for (int order = MAX_ORDER - 1; order >= 0; order--) {
            if ((endFrame & 1 << order) != 0) {
                free(frame, order);
                frame += 1 << order;
            }
        }
    }

    /** How many pages there are ({@code zone_managed_pages()}). Any caller. */
    int managedPages() {
        return managedPages;
    }

    /** How many of them are free ({@code NR_FREE_PAGES}). Without the lock, a guess. */
    int freePages() {
        return freePages;
    }

    /** How many free blocks of this order there are. */
    int freeBlocks(int order) {
        return counts[order] + (order == MAX_ORDER ? (wholeEnd - untouched) / SECTION_PAGES : 0);
    }

    /** Whether there is a free block of this order or a greater one. */
    boolean hasBlock(int order) {
        for (int larger = order; larger <= MAX_ORDER; larger++) {
            if (heads[larger] != 0) {
                return true;
            }
        }
        return untouched < wholeEnd;
    }

    /**
     * Takes a block, if there is one.
     *
     * <p>Models {@code __rmqueue_smallest()}.
     *
     * @return its first frame, or 0
     */
    int take(int order) {
        int found = order;
        while (found <= MAX_ORDER && heads[found] == 0) {
            found++;
        }
        int frame;
        if (found <= MAX_ORDER) {
            frame = heads[found];
            unlink(frame, found);
        } else if (untouched < wholeEnd) {
            found = MAX_ORDER;
            frame = untouched;
            untouched += SECTION_PAGES;
        } else {
            return 0;
        }
        // expand(): the upper halves go back.
        for (int size = found; size > order; ) {
            size--;
            link(frame + (1 << size), size);
        }
        setKind(frame, PageKind.withOrder(PageKind.BLOCK, order));
        freePages -= 1 << order;
        return frame;
    }

    /**
     * Gives a block back.
     *
     * <p>Models {@code __free_one_page()}.
     */
    void free(int frame, int order) {
        assert frame >= FIRST_FRAME && frame + (1 << order) <= endFrame : "frame " + frame;
        assert (frame & (1 << order) - 1) == 0 : "frame " + frame + ", order " + order;
        freePages += 1 << order;
        int at = frame;
        int size = order;
        setKind(at, PageKind.INNER);
        while (size < MAX_ORDER) {
            int buddy = at ^ 1 << size;
            if (kind(buddy) != PageKind.withOrder(PageKind.FREE, size)) {
                break;
            }
            unlink(buddy, size);
            at = Math.min(at, buddy);
            size++;
        }
        link(at, size);
    }

    private void link(int frame, int order) {
        int head = heads[order];
        setKind(frame, PageKind.withOrder(PageKind.FREE, order));
        setNext(frame, head);
        setPrevious(frame, 0);
        if (head != 0) {
            setPrevious(head, frame);
        }
        heads[order] = frame;
        counts[order]++;
    }

    private void unlink(int frame, int order) {
        int next = next(frame);
        int previous = previous(frame);
        if (previous == 0) {
            heads[order] = next;
        } else {
            setNext(previous, next);
        }
        if (next != 0) {
            setPrevious(next, previous);
        }
        setKind(frame, PageKind.INNER);
        counts[order]--;
    }

    // ---- What is known of a page -------------------------------------------------------------

    private @Nullable Row rowOrNull(int frame) {
        @Nullable Row[] known = rows;
        int index = (frame - FIRST_FRAME) >> ROW_BITS;
        return index < 0 || index >= known.length ? null : known[index];
    }

    private Row row(int frame) {
        int index = (frame - FIRST_FRAME) >> ROW_BITS;
        if (index >= rows.length) {
            rows = Arrays.copyOf(rows, Math.max(index + 1, 2 * rows.length));
        }
        Row row = rows[index];
        if (row == null) {
            row = new Row();
            rows[index] = row;
        }
        return row;
    }

    /** What the page is used for; {@link PageKind#INNER} of any that is none of the zone's. */
    byte kind(int frame) {
        Row row = rowOrNull(frame);
        return row == null ? PageKind.INNER : row.kinds[frame & ROW_MASK];
    }

    void setKind(int frame, byte kind) {
        row(frame).kinds[frame & ROW_MASK] = kind;
    }

    /** What follows a page in its list, or in the chain of whoever holds it; 0: nothing. */
    int next(int frame) {
        return row(frame).next[frame & ROW_MASK];
    }

    void setNext(int frame, int next) {
        row(frame).next[frame & ROW_MASK] = next;
    }

    private int previous(int frame) {
        return row(frame).previous[frame & ROW_MASK];
    }

    private void setPrevious(int frame, int previous) {
        row(frame).previous[frame & ROW_MASK] = previous;
    }

    /**
     * The slab that a page belongs to, or null ({@code page_slab()}). Any caller that holds one of
     * its objects: it stays then.
     */
    @Nullable Slab slab(int frame) {
        Row row = rowOrNull(frame);
        @Nullable Slab @Nullable [] slabs = row == null ? null : row.slabs;
        return slabs == null ? null : slabs[frame & ROW_MASK];
    }

    /** Makes a block of at most {@link #ROW_PAGES} pages a slab's, or nobody's again. */
    void setSlab(int frame, int order, @Nullable Slab slab) {
        Row row = row(frame);
        @Nullable Slab[] slabs = row.slabs;
        if (slabs == null) {
            slabs = new @Nullable Slab[ROW_PAGES];
            row.slabs = slabs;
        }
        for (int page = 0; page < 1 << order; page++) {
            slabs[(frame & ROW_MASK) + page] = slab;
        }
        setKind(frame, slab == null ? PageKind.INNER : PageKind.SLAB);
    }

    /** Fails if the lists do not add up. */
    void checkInvariants() {
        int sum = wholeEnd - untouched;
        for (int order = 0; order <= MAX_ORDER; order++) {
            int count = 0;
            int before = 0;
            for (int frame = heads[order]; frame != 0; frame = next(frame)) {
                assert kind(frame) == PageKind.withOrder(PageKind.FREE, order) : "frame " + frame;
                assert previous(frame) == before : "frame " + frame + " after " + before;
                assert order == MAX_ORDER || kind(frame ^ 1 << order) != kind(frame)
                        : "free buddies at " + frame + ", order " + order;
                before = frame;
                count++;
            }
            assert count == counts[order] : count + " blocks of order " + order;
            sum += count << order;
        }
        assert sum == freePages : sum + " pages in lists, " + freePages + " free";
    }
}
