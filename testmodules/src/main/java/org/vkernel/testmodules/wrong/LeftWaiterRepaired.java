package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.kthread.Kthread;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Leaves its wait queue on both ways. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeftWaiterRepaired implements KernelModule {
    private ModuleContext kernel;
    private WaitQueue queue;
    private Kthread thread;
    private boolean ready;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        queue = kernel.waitQueue("news");
        Kthread started = kernel.kthreadRun("reader", this::read);
        if (started == null) {
            return -Errno.ENOMEM;
        }
        thread = started;
        return 0;
    }

    private int read(Kthread self) {
        WaitQueue.Entry entry = new WaitQueue.Entry(self.task(), false);
        queue.add(entry);
        while (!ready) {
            if (self.shouldStop()) {
                queue.remove(entry);
                return -Errno.EINTR;
            }
            var _ = kernel.kernel().timers().msleepInterruptible(100);
        }
        queue.remove(entry);
        return 0;
    }

    @Override
    public void exit(ModuleContext context) {
        var _ = thread.stop();
    }
}
