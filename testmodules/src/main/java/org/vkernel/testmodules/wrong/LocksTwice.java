package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes a spinlock that it holds. */
public final class LocksTwice implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        SpinLock lock = kernel.spinLock("state");
        lock.lock();
        lock.lock(); // wrong
        lock.unlock();
        return 0;
    }
}
