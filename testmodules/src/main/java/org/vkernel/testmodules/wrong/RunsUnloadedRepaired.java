package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.workqueue.Work;

/** Waits for its work before it goes. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class RunsUnloadedRepaired implements KernelModule {
    private ModuleContext kernel;
    private Work work;
    private int scanned;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        work = new Work(kernel.kernel().workqueues(), "scan", running -> scan());
        kernel.kernel().workqueues().schedule(work);
        return 0;
    }

    private void scan() {
        kernel.kernel().timers().msleep(1500);
        scanned++;
        kernel.printk(LogLevel.INFO, "scanned %d times", scanned);
    }

    @Override
    public void exit(ModuleContext context) {
        work.cancelSync();
    }
}
