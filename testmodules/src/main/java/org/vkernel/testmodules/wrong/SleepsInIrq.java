package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.HrTimer;

/** Takes a mutex in hardirq context. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class SleepsInIrq implements KernelModule {
    private HrTimer timer;

    @Override
    public int init(ModuleContext kernel) {
        Mutex lock = kernel.mutex("state");
        timer =
                new HrTimer(
                        kernel.kernel().hrTimers(),
                        "sample",
                        fired -> {
                            lock.lock(); // wrong
                            lock.unlock();
                            return false;
                        });
        timer.start(kernel.ktime() + 1_000_000);
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        var _ = timer.cancel();
    }
}
