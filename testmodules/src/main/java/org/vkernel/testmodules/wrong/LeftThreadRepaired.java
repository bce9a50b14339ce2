package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.kthread.Kthread;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Stops its kernel thread before it goes. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeftThreadRepaired implements KernelModule {
    private ModuleContext kernel;
    private Kthread thread;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        Kthread started = kernel.kthreadRun("watcher", this::watch);
        if (started == null) {
            return -Errno.ENOMEM;
        }
        thread = started;
        return 0;
    }

    private int watch(Kthread self) {
        while (!self.shouldStop()) {
            kernel.kernel().timers().msleep(100);
        }
        return 0;
    }

    @Override
    public void exit(ModuleContext context) {
        thread.stop();
    }
}
