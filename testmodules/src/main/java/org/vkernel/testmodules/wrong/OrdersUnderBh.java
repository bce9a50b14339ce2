package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.Timer;

/** Takes a lock that bottom halves may interrupt while it holds one that they take. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class OrdersUnderBh implements KernelModule {
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
        names.lock();
        names.unlock();
        statistics.lockBh();
        names.lock(); // wrong
        names.unlock();
        statistics.unlockBh();
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        timer.delSync();
    }
}
