package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Gives its lock back, whether it has anything to show or not. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeavesLockedRepaired implements KernelModule {
    static final String PATH = "/proc/numbers";

    private Mutex lock;
    private int numbers;

    @Override
    public int init(ModuleContext kernel) {
        lock = kernel.mutex("numbers");
        boolean isNew = kernel.kernel().proc().create(PATH, this::show);
        return isNew ? 0 : -Errno.EEXIST;
    }

    private void show(StringBuilder text) {
        lock.lock();
        if (numbers == 0) {
            lock.unlock();
            return;
        }
        text.append(numbers).append('\n');
        lock.unlock();
    }

    @Override
    public void exit(ModuleContext kernel) {
        var _ = kernel.kernel().proc().remove(PATH);
    }
}
