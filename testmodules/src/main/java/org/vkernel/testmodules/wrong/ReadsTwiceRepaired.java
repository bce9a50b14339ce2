package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes a lock for reading once. */
public final class ReadsTwiceRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        RwLock table = kernel.rwLock("table");
        table.readLock();
        table.readUnlock();
        return 0;
    }
}
