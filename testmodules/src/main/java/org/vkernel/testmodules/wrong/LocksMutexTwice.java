package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes its mutex, and calls what takes it as well. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LocksMutexTwice implements KernelModule {
    private Mutex lock;
    private long newest;

    @Override
    public int init(ModuleContext kernel) {
        lock = kernel.mutex("state");
        lock.lock();
        note(kernel.jiffies());
        lock.unlock();
        return newest < 0 ? -Errno.EINVAL : 0;
    }

    private void note(long time) {
        lock.lock(); // wrong
        newest = time & Long.MAX_VALUE;
        lock.unlock();
    }
}
