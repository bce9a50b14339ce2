package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.Timer;

/** Takes a spinlock in softirq context. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class SleepsInTimerRepaired implements KernelModule {
    private Timer timer;

    @Override
    public int init(ModuleContext kernel) {
        SpinLock lock = kernel.spinLock("state");
        timer =
                kernel.timer(
                        "poll",
                        fired -> {
                            lock.lock();
                            lock.unlock();
                        });
        timer.mod(kernel.jiffies());
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        timer.delSync();
    }
}
