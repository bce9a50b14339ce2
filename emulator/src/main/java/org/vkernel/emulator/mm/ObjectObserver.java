package org.vkernel.emulator.mm;

import org.vkernel.emulator.sched.Task;

/**
 * Is told of each object that is taken and given back, one by one: what checks memory hangs here.
 * Objects are those of caches, {@code kmalloc()}'s pages ({@code "pages"}) and {@code vmalloc()}'s
 * areas ({@code "vmalloc"}).
 */
public interface ObjectObserver {
    /**
     * {@code object} was taken. Context: the allocation's. Sleeps: never.
     *
     * @param bytes how much was asked for
     */
    void allocated(Task running, int object, String cache, long bytes, GfpMask gfp);

    /** {@code object} is about to be given back. Context: any. Sleeps: never. */
    void freed(Task running, int object, String cache);
}
