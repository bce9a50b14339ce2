package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes two locks of one class, and says which comes second. */
public final class NestsOneClassRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        Mutex parent = kernel.mutex("directory");
        Mutex child = kernel.mutex("directory");
        parent.lock();
        child.lockNested(1);
        child.unlock();
        parent.unlock();
        return 0;
    }
}
