package org.vkernel.testmodules.wrong;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;

/** Frees its memory in init, and again when it goes. */
public final class FreesAgain implements KernelModule {
    private @Nullable KernelBuffer table;

    @Override
    public int init(ModuleContext kernel) {
        table = kernel.kzalloc(100, GfpMask.KERNEL);
        if (table == null) {
            return -Errno.ENOMEM;
        }
        kernel.printk(LogLevel.INFO, "first entry: %d", table.getU32(0));
        kernel.kfree(table);
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        kernel.kfree(table); // wrong
    }
}
