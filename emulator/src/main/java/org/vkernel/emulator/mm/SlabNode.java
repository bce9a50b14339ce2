package org.vkernel.emulator.mm;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * What the CPUs have in common of a cache: its slabs with free objects, and its barn, which keeps
 * full and empty sheaves for those who run out of the other kind.
 *
 * <p>Models {@code struct kmem_cache_node} (mm/slub.c). All is guarded by its lock, which is taken
 * before the zone's.
 */
final class SlabNode {
    /** {@code MAX_FULL_SHEAVES}, {@code MAX_EMPTY_SHEAVES}. */
    private static final int BARN = 10;

    private final KmemCache cache;
    private final PageAllocator pages;
    private final RawLock lock;
    private final int sheafCapacity;

    /** {@code min_partial}: slabs with free objects that stay, though all of theirs are free. */
    private final int leastPartial;

    private @Nullable Slab partial;
    private int partialCount;
    private int slabs;

    /** Objects that are in no slab: with their owners, or in sheaves. */
    private int out;

    private final int[][] full = new int[BARN][];
    private final int[][] empty = new int[BARN][];
    private int fullCount;
    private int emptyCount;

    SlabNode(KmemCache cache, Scheduler sched, PageAllocator pages) {
        this.cache = cache;
        this.pages = pages;
        this.lock = new RawLock(sched, "list_lock of " + cache.name());
        this.sheafCapacity = capacity(cache.objectBytes());
        int log = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(cache.objectBytes());
        this.leastPartial = Math.clamp(log / 2, 5, 10);
    }

    /** Models {@code calculate_sheaf_capacity()}. */
    private static int capacity(int objectBytes) {
        if (objectBytes >= BuddyZone.PAGE_BYTES) {
            return 4;
        }
        if (objectBytes >= 1024) {
            return 12;
        }
        return objectBytes >= 256 ? 26 : 60;
    }

    int sheafCapacity() {
        return sheafCapacity;
    }

    // ---- Taking ------------------------------------------------------------------------------

    /**
     * An object for a CPU that has none, with some more for later; 0 if all slabs are full.
     *
     * <p>Models {@code __pcs_replace_empty_main()}.
     */
    int take(Task running, CpuSheaves here) {
        lock.lock(running);
        int object = takeLocked(here);
        lock.unlock(running);
        return object;
    }

    private int takeLocked(CpuSheaves here) {
        int[] main = here.main;
        int @Nullable [] spare = here.spare;
        if (main[CpuSheaves.COUNT] == 0 && spare != null && spare[CpuSheaves.COUNT] != 0) {
            here.main = spare;
            here.spare = main;
        } else if (main[CpuSheaves.COUNT] == 0 && fullCount != 0) {
            here.main = full[--fullCount];
            keepEmpty(main);
        }
        if (here.main[CpuSheaves.COUNT] != 0) {
            return CpuSheaves.pop(here.main);
        }
        return partial == null ? 0 : refill(here.main);
    }

    private void keepEmpty(int[] sheaf) {
        if (emptyCount < BARN) {
            empty[emptyCount++] = sheaf;
        }
    }

    /** One object, and up to half a sheaf of more, from slabs that are there. */
    private int refill(int[] sheaf) {
        int object = 0;
        int room = sheafCapacity / 2;
        Slab slab = partial;
        while (slab != null && sheaf[CpuSheaves.COUNT] < room) {
            // What is taken last is used first: so the first object of a slab is.
            object = takeFrom(slab, object, sheaf, room);
            Slab next = slab.next;
            if (slab.isFull()) {
                unlink(slab);
            }
            slab = next;
        }
        return object;
    }

    private int takeFrom(Slab slab, int found, int[] sheaf, int room) {
        int object = found;
        int from = sheaf[CpuSheaves.COUNT];
        while (!slab.isFull() && (object == 0 || sheaf[CpuSheaves.COUNT] < room)) {
            int taken = slab.take();
            out++;
            if (object == 0) {
                object = taken;
            } else {
                CpuSheaves.push(sheaf, taken);
            }
        }
        reverse(sheaf, CpuSheaves.FIRST + from, CpuSheaves.FIRST + sheaf[CpuSheaves.COUNT]);
        return object;
    }

    private static void reverse(int[] sheaf, int from, int to) {
        for (int i = from, j = to - 1; i < j; i++, j--) {
            int object = sheaf[i];
            sheaf[i] = sheaf[j];
            sheaf[j] = object;
        }
    }

    /** Adds a slab of new pages; returns an object of it, with some more for {@code here}. */
    int add(Task running, Slab slab, CpuSheaves here) {
        lock.lock(running);
        slabs++;
        // What came back to this CPU while the pages were waited for stays on top.
        boolean hasSome = here.main[CpuSheaves.COUNT] != 0;
        int object = takeFrom(slab, 0, here.main, hasSome ? 0 : sheafCapacity / 2);
        if (!slab.isFull()) {
            link(slab);
        }
        lock.unlock(running);
        return object;
    }

    // ---- Giving back -------------------------------------------------------------------------

    /**
     * Makes room for one more object in a CPU's main sheaf.
     *
     * <p>Models {@code __pcs_replace_full_main()}.
     */
    void makeRoom(Task running, CpuSheaves here) {
        lock.lock(running);
        int[] main = here.main;
        if (main[CpuSheaves.COUNT] == sheafCapacity) {
            int @Nullable [] spare = here.spare;
            if (spare == null) {
                here.main = newEmpty();
                here.spare = main;
            } else if (spare[CpuSheaves.COUNT] < sheafCapacity) {
                here.main = spare;
                here.spare = main;
            } else if (fullCount < BARN) {
                full[fullCount++] = main;
                here.main = newEmpty();
            } else {
                flush(running, main);
            }
        }
        lock.unlock(running);
    }

    private int[] newEmpty() {
        return emptyCount != 0 ? empty[--emptyCount] : CpuSheaves.newSheaf(sheafCapacity);
    }

    /** Gives all objects of a sheaf back to their slabs. */
    private void flush(Task running, int[] sheaf) {
        int count = sheaf[CpuSheaves.COUNT];
        sheaf[CpuSheaves.COUNT] = 0;
        for (int i = 0; i < count; i++) {
            putBack(running, sheaf[CpuSheaves.FIRST + i]);
        }
    }

    private void putBack(Task running, int object) {
        Slab slab = pages.zone().slab(ObjectNumbers.frame(object));
        boolean wasFull = slab != null && slab.isFull();
        if (slab == null || slab.cache != cache || !slab.put(object)) {
            lock.unlock(running);
            cache.reportBad(object);
            lock.lock(running);
            return;
        }
        out--;
        if (slab.isEmpty() && partialCount >= leastPartial) {
            if (!wasFull) {
                unlink(slab);
            }
            discard(running, slab);
        } else if (wasFull) {
            link(slab);
        }
    }

    /** Models {@code discard_slab()}. */
    private void discard(Task running, Slab slab) {
        slabs--;
        pages.lock(running);
        pages.zone().setSlab(slab.frame, cache.slabOrder(), null);
        pages.zone().free(slab.frame, cache.slabOrder());
        pages.unlock(running);
    }

    private void link(Slab slab) {
        Slab head = partial;
        slab.next = head;
        if (head != null) {
            head.previous = slab;
        }
        partial = slab;
        partialCount++;
    }

    private void unlink(Slab slab) {
        Slab next = slab.next;
        Slab previous = slab.previous;
        if (previous == null) {
            partial = next;
        } else {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
        slab.next = null;
        slab.previous = null;
        partialCount--;
    }

    /**
     * Gives back what no owner has: the objects of these sheaves, and slabs without any.
     *
     * <p>Models {@code kmem_cache_shrink()}. Only while nothing else runs.
     */
    void shrink(Task running, @Nullable CpuSheaves[] cpus) {
        lock.lock(running);
        for (CpuSheaves sheaves : cpus) {
            if (sheaves != null) {
                flush(running, sheaves.main);
                int @Nullable [] spare = sheaves.spare;
                if (spare != null) {
                    flush(running, spare);
                }
            }
        }
        while (fullCount != 0) {
            int[] sheaf = full[--fullCount];
            flush(running, sheaf);
            keepEmpty(sheaf);
        }
        Slab slab = partial;
        while (slab != null) {
            Slab next = slab.next;
            if (slab.isEmpty()) {
                unlink(slab);
                discard(running, slab);
            }
            slab = next;
        }
        lock.unlock(running);
    }

    // ---- What there is; exact while nothing runs ---------------------------------------------

    /** How many slabs there are. */
    int slabs() {
        return slabs;
    }

    /** How many objects are with their owners. */
    int live(@Nullable CpuSheaves[] cpus) {
        int kept = 0;
        for (CpuSheaves sheaves : cpus) {
            kept += sheaves == null ? 0 : sheaves.count();
        }
        for (int i = 0; i < fullCount; i++) {
            kept += full[i][CpuSheaves.COUNT];
        }
        return out - kept;
    }

    /** Fails if the list does not add up. Only while nothing runs. */
    void checkInvariants() {
        int count = 0;
        Slab before = null;
        for (Slab slab = partial; slab != null; slab = slab.next) {
            assert slab.previous == before : "slab at frame " + slab.frame;
            assert !slab.isFull() : "a full slab is listed";
            before = slab;
            count++;
        }
        assert count == partialCount : count + " listed, " + partialCount + " counted";
    }
}
