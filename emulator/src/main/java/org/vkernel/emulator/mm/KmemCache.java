package org.vkernel.emulator.mm;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Task;

/**
 * A cache of equal objects, by number: the objects themselves are their owners' Java objects.
 *
 * <p>Models {@code struct kmem_cache} (mm/slub.c). Each CPU keeps free objects of its own; the one
 * that was freed last on a CPU is the next that is allocated there.
 *
 * <p>Differs from Linux: slabs are of one page, or of two where that has room for one object, and
 * one that was taken from the reserves is as good as any; all caches have sheaves, as in kernels
 * after 6.18.
 */
public final class KmemCache {
    private final Memory memory;
    private final Scheduler sched;
    private final @Nullable SimMachine sim;
    private final PageAllocator pages;
    private final String name;
    private final int objectBytes;
    private final SlabNode node;
    private final CpuSheaves sheaves;

    /** {@link CpuSheaves#main}, at hand. */
    private final int[][] main;

    /** Whether somebody looks at each allocation: see {@link Memory#setFaults} and its kin. */
    private boolean isWatched;

    KmemCache(Memory memory, Scheduler sched, PageAllocator pages, String name, int objectBytes) {
        this.memory = memory;
        this.sched = sched;
        this.sim = sched.sim();
        this.pages = pages;
        this.name = name;
        this.objectBytes = objectBytes;
        this.node = new SlabNode(this, sched, pages);
        this.sheaves = new CpuSheaves(sched.cpuCount());
        this.main = sheaves.main;
    }

    /** Whether somebody looks at each allocation, so that none may be spared. */
    public boolean isWatched() {
        return isWatched;
    }

    void setWatched(boolean value) {
        isWatched = value;
    }

    /** Its name, as {@code /proc/slabinfo} shows it. */
    public String name() {
        return name;
    }

    /** The size of each object. */
    public int objectBytes() {
        return objectBytes;
    }

    /** How many pages a slab has, as a power of two. */
    int slabOrder() {
        return objectBytes > BuddyZone.PAGE_BYTES ? 1 : 0;
    }

    int objectsPerSlab() {
        return (BuddyZone.PAGE_BYTES << slabOrder()) / objectBytes;
    }

    // ---- Allocations -------------------------------------------------------------------------

    /**
     * Takes an object, for the running task.
     *
     * <p>Models {@code kmem_cache_alloc()}.
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it. Ownership: the caller's, until {@link
     * #free}.
     *
     * @return its number, see {@link ObjectNumbers}; 0 is the kernel's null
     */
    public int alloc(Task running, GfpMask gfp) {
        return alloc(running, objectBytes, gfp);
    }

    /** As {@link #alloc(Task, GfpMask)}, for who asked for so many bytes of it. */
    int alloc(Task running, long bytes, GfpMask gfp) {
        if (isWatched) {
            return allocWatched(running, bytes, gfp);
        }
        int[] here = main[running.cpu().index()];
        return CpuSheaves.isEmpty(here) ? allocSlow(running, gfp) : CpuSheaves.pop(here);
    }

    private int allocWatched(Task running, long bytes, GfpMask gfp) {
        memory.checkContext(running, gfp);
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.ALLOC, 0);
        }
        FaultInjector faults = memory.faults();
        if (faults != null && !gfp.isNoFail() && faults.failSlab(running, name, bytes, gfp)) {
            return ObjectNumbers.NULL;
        }
        int[] here = main[running.cpu().index()];
        int object = CpuSheaves.isEmpty(here) ? allocSlow(running, gfp) : CpuSheaves.pop(here);
        ObjectObserver observer = memory.observer();
        if (observer != null && object != 0) {
            observer.allocated(running, object, name, bytes, gfp);
        }
        return object;
    }

    /** {@code kmem_cache_free()}. Context: any. Sleeps: never. */
    public void free(Task running, int object) {
        if (isWatched) {
            ObjectObserver observer = memory.observer();
            if (observer != null) {
                observer.freed(running, object, name);
            }
        }
        int[] here = main[running.cpu().index()];
        if (CpuSheaves.isFull(here)) {
            freeSlow(running, object);
        } else {
            CpuSheaves.push(here, object);
        }
    }

    // ---- When this CPU has none, or too many ---------------------------------------------------

    private int allocSlow(Task running, GfpMask gfp) {
        int object = node.take(running, sheaves);
        if (object != 0) {
            return object;
        }
        int frame = pages.alloc(running, slabOrder(), gfp.without(GfpMask.Flag.ZERO));
        if (frame == 0) {
            memory.failures().slab(running, this, gfp);
            return ObjectNumbers.NULL;
        }
        Slab slab = new Slab(this, frame, objectsPerSlab());
        pages.lock(running);
        pages.zone().setSlab(frame, slabOrder(), slab);
        pages.unlock(running);
        // The task may have slept, and be on another CPU now.
        return node.add(running, slab, sheaves);
    }

    private void freeSlow(Task running, int object) {
        node.makeRoom(running, sheaves);
        CpuSheaves.push(main[running.cpu().index()], object);
    }

    /** Models {@code object_err()}: what was freed is no object of this cache that is out. */
    void reportBad(int object) {
        sched.reportBroken(
                "BUG " + name + ": object already free",
                String.format(
                        "object %d of the page %#x was freed twice, or is none of this cache",
                        ObjectNumbers.index(object), ObjectNumbers.frame(object)));
    }

    // ---- What is taken -----------------------------------------------------------------------

    /**
     * Gives back to the zone what no owner has ({@code kmem_cache_shrink()}). Only while nothing
     * else runs.
     */
    void shrink(Task running) {
        node.shrink(running, sheaves);
    }

    /** How many objects are taken; exact while nothing runs. */
    public long live() {
        return node.live(sheaves) - memory.kept(this);
    }

    /** How many slabs it has; exact while nothing runs. */
    int slabs() {
        return node.slabs();
    }

    void checkInvariants() {
        node.checkInvariants();
    }

    @Override
    public String toString() {
        return name;
    }
}
