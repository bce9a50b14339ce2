package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.HrTimer;

/** Takes both locks with interrupts off, wherever it takes them. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class OrdersUnderIrqRepaired implements KernelModule {
    private HrTimer timer;

    @Override
    public int init(ModuleContext kernel) {
        SpinLock samples = kernel.spinLock("samples");
        SpinLock names = kernel.spinLock("names");
        timer =
                new HrTimer(
                        kernel.kernel().hrTimers(),
                        "sample",
                        fired -> {
                            samples.lock();
                            samples.unlock();
                            return false;
                        });
        timer.start(kernel.ktime() + 1_000_000);
        kernel.kernel().timers().msleep(20);
        boolean before = names.lockIrqsave();
        names.unlockIrqrestore(before);
        boolean flags = samples.lockIrqsave();
        names.lock();
        names.unlock();
        samples.unlockIrqrestore(flags);
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        var _ = timer.cancel();
    }
}
