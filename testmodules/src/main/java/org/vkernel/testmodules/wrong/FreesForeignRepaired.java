package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Frees what the allocator gave. */
public final class FreesForeignRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        KernelBuffer table = kernel.kzalloc(8 * Integer.BYTES, GfpMask.KERNEL);
        kernel.kfree(table);
        return 0;
    }
}
