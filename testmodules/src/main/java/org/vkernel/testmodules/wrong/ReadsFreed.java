package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;

/** Reads memory that it has freed. */
public final class ReadsFreed implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        KernelBuffer table = kernel.kzalloc(64, GfpMask.KERNEL);
        if (table == null) {
            return -Errno.ENOMEM;
        }
        table.putU32(8, 42);
        kernel.kfree(table);
        int answer = table.getU32(8); // wrong
        kernel.printk(LogLevel.INFO, "answer: %d", answer);
        return 0;
    }
}
