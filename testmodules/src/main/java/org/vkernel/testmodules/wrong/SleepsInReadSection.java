package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Sleeps in an RCU read section. */
public final class SleepsInReadSection implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        Rcu rcu = kernel.kernel().rcu();
        rcu.readLock();
        kernel.kernel().timers().msleep(1); // wrong
        rcu.readUnlock();
        return 0;
    }
}
