package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;

/** Goes while a function that it gave to {@code call_rcu()} waits for its grace period. */
public final class LeftRcuCallback implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        kernel.kernel().rcu().call(() -> kernel.printk(LogLevel.INFO, "readers are gone")); // wrong
    }
}
