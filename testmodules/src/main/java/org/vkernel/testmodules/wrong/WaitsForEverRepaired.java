package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.kthread.Kthread;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Waits for what may never come, and looks whether it is to end. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class WaitsForEverRepaired implements KernelModule {
    private ModuleContext kernel;
    private Completion answer;
    private Kthread thread;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        answer = kernel.completion("an answer");
        Kthread started = kernel.kthreadRun("asker", this::ask);
        if (started == null) {
            return -Errno.ENOMEM;
        }
        thread = started;
        return 0;
    }

    private int ask(Kthread self) {
        while (!answer.isDone() && !self.shouldStop()) {
            var _ = kernel.kernel().timers().msleepInterruptible(1000);
        }
        return 0;
    }

    @Override
    public void exit(ModuleContext context) {
        var _ = thread.stop();
    }
}
