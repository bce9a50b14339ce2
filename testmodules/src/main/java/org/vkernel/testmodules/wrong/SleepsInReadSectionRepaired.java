package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Sleeps when its RCU read section has ended. */
public final class SleepsInReadSectionRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        Rcu rcu = kernel.kernel().rcu();
        rcu.readLock();
        rcu.readUnlock();
        kernel.kernel().timers().msleep(1);
        return 0;
    }
}
