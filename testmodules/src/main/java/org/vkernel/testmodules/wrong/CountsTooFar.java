package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.RefCount;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes a reference for each message and gives none back: here two billion have come. */
public final class CountsTooFar implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        RefCount session = kernel.refCount("session", Integer.MAX_VALUE);
        session.increment(); // wrong
        return 0;
    }
}
