package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;

/** Waits, before it goes, for the function that it gave to {@code call_rcu()}. */
public final class LeftRcuCallbackRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        kernel.kernel().rcu().call(() -> kernel.printk(LogLevel.INFO, "readers are gone"));
        kernel.kernel().rcu().barrier();
    }
}
