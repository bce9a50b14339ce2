package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.RefCount;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;

/** Takes a reference to something whose last one is gone. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class TakesFromZero implements KernelModule {
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
        users.increment(); // wrong
        put();
    }
}
