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

    private static final int[][] NONE = {};

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

    private int[][] barn = NONE;
    private int[][] empty = NONE;
    private int fullCount;
    private int emptyCount;

    SlabNode(KmemCache cache, Scheduler sched, PageAllocator pages) {
        this.cache = cache;
        this.pages = pages;
        this.lock = new RawLock(sched, cache.name());
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

    // ---- Taking ------------------------------------------------------------------------------

    /**
     * An object for a CPU that has none, with some more for later; 0 if all slabs are full.
     *
     * <p>Models {@code __pcs_replace_empty_main()}.
     */
    int take(Task running, CpuSheaves sheaves) {
        lock.lock(running);
        int object = takeLocked(sheaves, running.cpu().index());
        lock.unlock(running);
        return object;
    }

    private int takeLocked(CpuSheaves sheaves, int cpu) {
        int[] main = own(sheaves, cpu);
        if (CpuSheaves.isEmpty(main)) {
            int[] spare = sheaves.spare[cpu];
            if (!CpuSheaves.isEmpty(spare)) {
                sheaves.spare[cpu] = main;
                main = spare;
            } else if (fullCount != 0) {
                keepEmpty(main);
                main = barn[--fullCount];
            }
            sheaves.main[cpu] = main;
        }
        if (!CpuSheaves.isEmpty(main)) {
            return CpuSheaves.pop(main);
        }
        return partial == null ? 0 : refill(main);
    }

    /** A CPU's main sheaf, which it gets here at its first use of the cache. */
    private int[] own(CpuSheaves sheaves, int cpu) {
        int[] main = sheaves.main[cpu];
        if (CpuSheaves.isNone(main)) {
            main = newEmpty();
            sheaves.main[cpu] = main;
        }
        return main;
    }

    private void keepEmpty(int[] sheaf) {
        if (emptyCount < BARN) {
            if (empty.length == 0) {
                empty = new int[BARN][];
            }
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

    /** Adds a slab of new pages; returns an object of it, with some more for this CPU. */
    int add(Task running, Slab slab, CpuSheaves sheaves) {
        lock.lock(running);
        slabs++;
        int[] main = own(sheaves, running.cpu().index());
        // What came back to this CPU while the pages were waited for stays on top.
        int room = CpuSheaves.isEmpty(main) ? sheafCapacity / 2 : 0;
        int object = takeFrom(slab, 0, main, room);
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
    void makeRoom(Task running, CpuSheaves sheaves) {
        lock.lock(running);
        int cpu = running.cpu().index();
        int[] main = own(sheaves, cpu);
        if (CpuSheaves.isFull(main)) {
            int[] spare = sheaves.spare[cpu];
            if (CpuSheaves.isNone(spare)) {
                sheaves.main[cpu] = newEmpty();
                sheaves.spare[cpu] = main;
            } else if (!CpuSheaves.isFull(spare)) {
                sheaves.main[cpu] = spare;
                sheaves.spare[cpu] = main;
            } else if (fullCount < BARN) {
                keepFull(main);
                sheaves.main[cpu] = newEmpty();
            } else {
                flush(running, main);
            }
        }
        lock.unlock(running);
    }

    private void keepFull(int[] sheaf) {
        if (barn.length == 0) {
            barn = new int[BARN][];
        }
        barn[fullCount++] = sheaf;
    }

    private int[] newEmpty() {
        return emptyCount != 0 ? empty[--emptyCount] : CpuSheaves.newSheaf(sheafCapacity);
    }

    /** Gives all objects of a sheaf back to their slabs. */
    private void flush(Task running, int[] sheaf) {
        int count = sheaf[CpuSheaves.COUNT];
        if (count != 0) {
            sheaf[CpuSheaves.COUNT] = 0;
        }
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
    void shrink(Task running, CpuSheaves sheaves) {
        lock.lock(running);
        for (int cpu = 0; cpu < sheaves.main.length; cpu++) {
            flush(running, sheaves.main[cpu]);
            flush(running, sheaves.spare[cpu]);
        }
        while (fullCount != 0) {
            int[] sheaf = barn[--fullCount];
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
    int live(CpuSheaves sheaves) {
        int kept = sheaves.count();
        for (int i = 0; i < fullCount; i++) {
            kept += barn[i][CpuSheaves.COUNT];
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
