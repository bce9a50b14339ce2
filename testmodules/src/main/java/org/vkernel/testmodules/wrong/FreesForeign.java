package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Frees what no allocator gave. */
public final class FreesForeign implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        int[] table = new int[8];
        kernel.kfree(table); // wrong
        return 0;
    }
}
