package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.HrTimer;

/** Takes a spinlock in hardirq context. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class SleepsInIrqRepaired implements KernelModule {
    private HrTimer timer;

    @Override
    public int init(ModuleContext kernel) {
        SpinLock lock = kernel.spinLock("state");
        timer =
                new HrTimer(
                        kernel.kernel().hrTimers(),
                        "sample",
                        fired -> {
                            lock.lock();
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
