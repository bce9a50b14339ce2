package org.vkernel.testmodules.wrong;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Goes without freeing what it has allocated. */
public final class LeftMemory implements KernelModule {
    private @Nullable KernelBuffer table;

    @Override
    public int init(ModuleContext kernel) {
        table = kernel.kmalloc(100, GfpMask.KERNEL); // wrong
        return table == null ? -Errno.ENOMEM : 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        table = null;
    }
}
