package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.RefCount;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes a reference for each message, and gives each back. */
public final class CountsTooFarRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        RefCount session = kernel.refCount("session", Integer.MAX_VALUE);
        var _ = session.decrementAndTest();
        session.increment();
        return 0;
    }
}
