package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.Timer;

/** Gives its lock back in a timer's function. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeavesLockedInTimerRepaired implements KernelModule {
    private Timer timer;
    private int events;

    @Override
    public int init(ModuleContext kernel) {
        SpinLock lock = kernel.spinLock("events");
        timer =
                kernel.timer(
                        "flush",
                        fired -> {
                            lock.lock();
                            if (events == 0) {
                                lock.unlock();
                                return;
                            }
                            events = 0;
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
