package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Gives back a lock that it does not hold any more. */
public final class UnlocksTwice implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        SpinLock lock = kernel.spinLock("state");
        lock.lock();
        lock.unlock();
        lock.unlock(); // wrong
        return 0;
    }
}
