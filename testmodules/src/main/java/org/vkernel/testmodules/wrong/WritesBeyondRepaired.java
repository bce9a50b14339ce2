package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Writes as many entries as its table has. */
public final class WritesBeyondRepaired implements KernelModule {
    private static final int ENTRIES = 12;

    @Override
    public int init(ModuleContext kernel) {
        KernelBuffer table = kernel.kmalloc(ENTRIES * Integer.BYTES, GfpMask.KERNEL);
        if (table == null) {
            return -Errno.ENOMEM;
        }
        for (int i = 0; i < ENTRIES; i++) {
            table.putU32(i * Integer.BYTES, i);
        }
        kernel.kfree(table);
        return 0;
    }
}
