package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Reads all that its table has. */
public final class ReadsBeyondRepaired implements KernelModule {
    private static final int ENTRIES = 12;

    @Override
    public int init(ModuleContext kernel) {
        KernelBuffer table = kernel.kzalloc(ENTRIES * Integer.BYTES, GfpMask.KERNEL);
        if (table == null) {
            return -Errno.ENOMEM;
        }
        int sum = 0;
        for (int i = 0; i < ENTRIES; i++) {
            sum += table.getU32(i * Integer.BYTES);
        }
        kernel.kfree(table);
        return sum;
    }
}
