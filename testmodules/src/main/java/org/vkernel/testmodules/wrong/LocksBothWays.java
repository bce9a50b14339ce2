package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes two locks in one order here, and in the other there. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LocksBothWays implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        Mutex table = kernel.mutex("table");
        Mutex entry = kernel.mutex("entry");
        table.lock();
        entry.lock();
        entry.unlock();
        table.unlock();
        entry.lock();
        table.lock(); // wrong
        entry.unlock();
        table.unlock();
        return 0;
    }
}
