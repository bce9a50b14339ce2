package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayDeque;
import java.util.Deque;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sched.Task;

/** A kernel whose free memory a test sets to the page, by holding the rest. */
final class PressuredKernel implements AutoCloseable {
    /** Takes any page there is, and wakes nobody. */
    private static final GfpMask ANY = GfpMask.of(GfpMask.Flag.MEMALLOC | GfpMask.Flag.NOWARN);

    final VirtualKernel kernel;
    final Memory mm;
    private final Deque<Integer> held = new ArrayDeque<>();

    PressuredKernel(KernelConfig config) {
        kernel = VirtualKernel.boot(config);
        mm = kernel.mm();
    }

    /** A simulated one of the least memory: 256 pages, marks at 32, 40 and 48. */
    static PressuredKernel smallest() {
        return new PressuredKernel(KernelConfig.simulated(1).memory(1 << 20));
    }

    /** Leaves exactly so many pages free. Context: in the kernel. */
    void leaveFree(int pages) {
        Task running = kernel.sched().current();
        while (mm.freePages() < pages) {
            mm.kfree(running, held.pop());
        }
        for (int order = BuddyZone.MAX_ORDER; order >= 0; order--) {
            while (mm.freePages() - (1 << order) >= pages) {
                int block = mm.allocPages(running, order, ANY);
                if (block == 0) {
                    break; // none of this size is left
                }
                held.push(block);
            }
        }
        while (mm.freePages() < pages) {
            mm.kfree(running, held.pop());
        }
        while (mm.freePages() > pages) {
            int block = mm.allocPages(running, 0, ANY);
            assertNotEquals(0, block);
            held.push(block);
        }
    }

    /** Whether a page can be had by this mask; it is given back. Context: in the kernel. */
    boolean canTake(GfpMask gfp) {
        return canTake(0, gfp);
    }

    boolean canTake(int order, GfpMask gfp) {
        Task running = kernel.sched().current();
        int block = mm.allocPages(running, order, gfp);
        mm.kfree(running, block);
        return block != 0;
    }

    /** Gives back what was held. Context: in the kernel. */
    void relax() {
        while (!held.isEmpty()) {
            mm.kfree(held.pop());
        }
    }

    boolean logged(String part) {
        return kernel.printk().dmesg().stream().anyMatch(line -> line.contains(part));
    }

    long countLogged(String part) {
        return kernel.printk().dmesg().stream().filter(line -> line.contains(part)).count();
    }

    @Override
    public void close() {
        if (!kernel.hasEnded()) {
            kernel.run(this::relax);
        }
        kernel.close();
    }
}
