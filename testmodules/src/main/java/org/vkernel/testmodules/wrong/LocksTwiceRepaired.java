package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes its spinlock once. */
public final class LocksTwiceRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        SpinLock lock = kernel.spinLock("state");
        lock.lock();
        lock.unlock();
        return 0;
    }
}
