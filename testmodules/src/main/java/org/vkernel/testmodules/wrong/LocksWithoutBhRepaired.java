package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.Timer;

/** Keeps its timer off while it holds the lock that the timer takes. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LocksWithoutBhRepaired implements KernelModule {
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
        kernel.kernel().timers().msleep(20);
        lock.lockBh();
        lock.unlockBh();
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        timer.delSync();
    }
}
