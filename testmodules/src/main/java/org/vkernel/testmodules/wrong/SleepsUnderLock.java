package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Sleeps while it holds a spinlock. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class SleepsUnderLock implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        SpinLock lock = kernel.spinLock("state");
        lock.lock();
        kernel.kernel().timers().msleep(1); // wrong
        lock.unlock();
        return 0;
    }
}
