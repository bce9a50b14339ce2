package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;

/** Reads memory before it frees it. */
public final class ReadsFreedRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        KernelBuffer table = kernel.kzalloc(64, GfpMask.KERNEL);
        if (table == null) {
            return -Errno.ENOMEM;
        }
        table.putU32(8, 42);
        int answer = table.getU32(8);
        kernel.kfree(table);
        kernel.printk(LogLevel.INFO, "answer: %d", answer);
        return 0;
    }
}
