package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.Timer;

/** Stops its timer before it goes, and waits for its function. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeftTimerRepaired implements KernelModule {
    private ModuleContext kernel;
    private Timer timer;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        timer = kernel.timer("poll", fired -> restart());
        restart();
        return 0;
    }

    private void restart() {
        timer.mod(kernel.jiffies() + kernel.hz() / 4);
    }

    @Override
    public void exit(ModuleContext context) {
        timer.delSync();
    }
}
