package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes a lock for reading again: a writer that comes in between waits, and so does it. */
public final class ReadsTwice implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        RwLock table = kernel.rwLock("table");
        table.readLock();
        table.readLock(); // wrong
        table.readUnlock();
        table.readUnlock();
        return 0;
    }
}
