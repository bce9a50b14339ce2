package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.kthread.Kthread;
import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Reads all of a long list in one RCU read section. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class ReadsTooLong implements KernelModule {
    private Kthread reader;

    @Override
    public int init(ModuleContext kernel) {
        Kthread started = kernel.kthreadRun("reader", self -> read(kernel, self));
        if (started == null) {
            return -Errno.ENOMEM;
        }
        reader = started;
        kernel.kernel().timers().msleep(10);
        kernel.kernel().rcu().synchronize();
        return 0;
    }

    /** Looks at each entry of a long list, which takes a second. */
    private static int read(ModuleContext kernel, Kthread self) {
        Rcu rcu = kernel.kernel().rcu();
        rcu.readLock();
        for (int entry = 0; entry < 30; entry++) {
            kernel.kernel().timers().mdelay(1000); // wrong
        }
        rcu.readUnlock();
        while (!self.shouldStop()) {
            kernel.kernel().timers().msleep(10);
        }
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        var _ = reader.stop();
    }
}
