package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.Timer;

/** Takes both locks with bottom halves off, wherever it takes them. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class OrdersUnderBhRepaired implements KernelModule {
    private Timer timer;

    @Override
    public int init(ModuleContext kernel) {
        SpinLock statistics = kernel.spinLock("statistics");
        SpinLock names = kernel.spinLock("names");
        timer =
                kernel.timer(
                        "count",
                        fired -> {
                            statistics.lock();
                            statistics.unlock();
                        });
        timer.mod(kernel.jiffies());
        kernel.kernel().timers().msleep(20);
        names.lockBh();
        names.unlockBh();
        statistics.lockBh();
        names.lock();
        names.unlock();
        statistics.unlockBh();
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        timer.delSync();
    }
}
