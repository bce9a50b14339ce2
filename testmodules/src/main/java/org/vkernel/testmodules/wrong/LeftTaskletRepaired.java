package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.irq.Tasklet;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;

/** Waits for its tasklet before it goes. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeftTaskletRepaired implements KernelModule {
    private ModuleContext kernel;
    private Tasklet tasklet;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        tasklet = new Tasklet(kernel.kernel().tasklets(), "flush", this::flush);
        return 0;
    }

    private void flush() {
        kernel.printk(LogLevel.INFO, "flushed");
    }

    @Override
    public void exit(ModuleContext context) {
        tasklet.schedule();
        tasklet.kill();
    }
}
