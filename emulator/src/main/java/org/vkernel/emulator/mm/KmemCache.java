package org.vkernel.emulator.mm;

import org.vkernel.emulator.sched.Task;

/**
 * A cache of equal objects, by number: the objects themselves are their owners' Java objects.
 *
 * <p>Models {@code struct kmem_cache} (mm/slub.c).
 */
public final class KmemCache {
    private final Memory memory;
    private final String name;
    private final int objectBytes;
    private final int index;

    KmemCache(Memory memory, String name, int objectBytes, int index) {
        this.memory = memory;
        this.name = name;
        this.objectBytes = objectBytes;
        this.index = index;
    }

    /** Its name, as {@code /proc/slabinfo} shows it. */
    public String name() {
        return name;
    }

    /** The size of each object. */
    public int objectBytes() {
        return objectBytes;
    }

    /**
     * Takes an object, for the running task.
     *
     * <p>Models {@code kmem_cache_alloc()}.
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it.
     *
     * @return whether there was one; false is the kernel's null
     */
    public boolean alloc(Task running, GfpMask gfp) {
        return memory.take(running, name, index, objectBytes, gfp);
    }

    /** {@code kmem_cache_free()}. Context: any. Sleeps: never. */
    public void free(Task running) {
        memory.giveBack(running, index);
    }

    /** How many objects are taken; exact while nothing runs. */
    public long live() {
        return memory.live(index);
    }

    @Override
    public String toString() {
        return name;
    }
}
