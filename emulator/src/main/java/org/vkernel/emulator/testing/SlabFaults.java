package org.vkernel.emulator.testing;

import org.vkernel.emulator.mm.FaultInjector;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.sched.Task;

/** Makes chosen allocations fail, for a test that knows which one it wants to fail. */
public final class SlabFaults implements FaultInjector {
    /** Which objects cannot be had. */
    @FunctionalInterface
    public interface Which {
        /** Whether taking an object of {@code bytes} from {@code cache} fails. */
        boolean fails(String cache, long bytes, GfpMask gfp);
    }

    private final Which which;

    private SlabFaults(Which which) {
        this.which = which;
    }

    /** Asks {@code which} for each object; pages can always be had. */
    public static FaultInjector when(Which which) {
        return new SlabFaults(which);
    }

    @Override
    public boolean failSlab(Task running, String cache, long bytes, GfpMask gfp) {
        return which.fails(cache, bytes, gfp);
    }

    @Override
    public boolean failPages(Task running, int order, GfpMask gfp) {
        return false;
    }
}
