package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.workqueue.Work;

/** Takes its work off its queue when it goes, but does not wait for one that runs already. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class RunsUnloaded implements KernelModule {
    private ModuleContext kernel;
    private Work work;
    private int scanned;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        work = new Work(kernel.kernel().workqueues(), "scan", running -> scan());
        kernel.kernel().workqueues().schedule(work); // wrong
        return 0;
    }

    private void scan() {
        kernel.kernel().timers().msleep(1500);
        scanned++;
        kernel.printk(LogLevel.INFO, "scanned %d times", scanned);
    }

    @Override
    public void exit(ModuleContext context) {
        work.cancel();
    }
}
