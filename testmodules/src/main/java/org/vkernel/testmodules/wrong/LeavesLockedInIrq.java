package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.HrTimer;

/** Does not give its lock back in an exact timer's function. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeavesLockedInIrq implements KernelModule {
    private HrTimer timer;
    private int events;

    @Override
    public int init(ModuleContext kernel) {
        SpinLock lock = kernel.spinLock("events");
        timer =
                new HrTimer(
                        kernel.kernel().hrTimers(),
                        "sample",
                        fired -> {
                            lock.lock(); // wrong
                            if (events == 0) {
                                return false;
                            }
                            events = 0;
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
