package org.vkernel.testmodules.property.suite;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.sched.Task;

/**
 * What a {@link Strain} does to a kernel while a workload is at its work: from when it has all that
 * it cannot do without, to when only what came of it is looked at.
 */
public final class Burden {
    private static final GfpMask ANY = GfpMask.of(GfpMask.Flag.MEMALLOC | GfpMask.Flag.NOWARN);

    private final VirtualKernel kernel;
    private final List<Integer> held = new ArrayList<>();

    private Burden(VirtualKernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Begins. Under pressure that leaves no page for who cannot wait, until one is taken back from
     * the files.
     */
    static Burden begin(VirtualKernel kernel, Strain strain) {
        Burden burden = new Burden(kernel);
        kernel.faults().set(strain.faults());
        if (strain.isPressure()) {
            kernel.run(burden::takeReserves);
        }
        return burden;
    }

    /** What is left is too little for a request with GFP_ATOMIC. */
    private void takeReserves() {
        Memory mm = kernel.mm();
        Task running = kernel.sched().current();
        int min = mm.watermarks().min();
        // N.B. kswapd brings others meanwhile, which are for those who can wait.
        for (int left = mm.freePages() - (min / 2 - min / 8); left > 0; left--) {
            held.add(mm.allocPages(running, 0, ANY));
        }
    }

    /** Ends. */
    public void end() {
        kernel.faults().set(FaultPlan.NONE);
        kernel.run(() -> held.forEach(kernel.mm()::kfree));
        held.clear();
    }
}
