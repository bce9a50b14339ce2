package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Gives its spinlock back before it sleeps. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class SleepsUnderLockRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        SpinLock lock = kernel.spinLock("state");
        lock.lock();
        lock.unlock();
        kernel.kernel().timers().msleep(1);
        return 0;
    }
}
