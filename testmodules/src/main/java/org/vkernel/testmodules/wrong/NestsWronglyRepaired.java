package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes two locks of one class in one order. */
public final class NestsWronglyRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        Mutex parent = kernel.mutex("directory");
        Mutex child = kernel.mutex("directory");
        parent.lock();
        child.lockNested(1);
        child.unlock();
        parent.unlock();
        parent.lock();
        child.lockNested(1);
        child.unlock();
        parent.unlock();
        return 0;
    }
}
