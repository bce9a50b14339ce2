package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.RefCount;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.time.Timer;

/** Drops a reference in its timer and at its exit, and has taken one. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class PutsTwice implements KernelModule {
    private ModuleContext kernel;
    private RefCount users;
    private Timer timer;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        users = kernel.refCount("session", 1);
        timer = kernel.timer("timeout", fired -> put());
        timer.mod(kernel.jiffies() + 1);
        return 0;
    }

    private void put() {
        if (users.decrementAndTest()) { // wrong
            kernel.printk(LogLevel.INFO, "session ends");
        }
    }

    @Override
    public void exit(ModuleContext context) {
        timer.delSync();
        put();
    }
}
