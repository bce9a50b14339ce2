package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes two locks of one class, and does not say which comes first. */
public final class NestsOneClass implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        Mutex parent = kernel.mutex("directory");
        Mutex child = kernel.mutex("directory");
        parent.lock();
        child.lock(); // wrong
        child.unlock();
        parent.unlock();
        return 0;
    }
}
