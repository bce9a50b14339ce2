package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Allocates so that it never sleeps while it holds a spinlock. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class AllocatesUnderLockRepaired implements KernelModule {
    private KernelBuffer entry;

    @Override
    public int init(ModuleContext kernel) {
        SpinLock lock = kernel.spinLock("table");
        lock.lock();
        KernelBuffer made = kernel.kmalloc(64, GfpMask.ATOMIC);
        lock.unlock();
        if (made == null) {
            return -Errno.ENOMEM;
        }
        entry = made;
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        kernel.kfree(entry);
    }
}
