package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.RefCount;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;

/** Takes a reference only if there is still one. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class TakesFromZeroRepaired implements KernelModule {
    private ModuleContext kernel;
    private RefCount users;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        users = kernel.refCount("session", 1);
        put();
        return 0;
    }

    private void put() {
        if (users.decrementAndTest()) {
            kernel.printk(LogLevel.INFO, "session ends");
        }
    }

    @Override
    public void exit(ModuleContext context) {
        if (users.incrementNotZero()) {
            put();
        }
    }
}
