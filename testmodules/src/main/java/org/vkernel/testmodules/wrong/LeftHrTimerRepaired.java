package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.HrTimer;

/** Arms its exact timer once more when it goes, and then cancels it. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeftHrTimerRepaired implements KernelModule {
    private static final long PERIOD_NS = 300_000_000;

    private ModuleContext kernel;
    private HrTimer timer;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        timer = new HrTimer(kernel.kernel().hrTimers(), "sample", fired -> false);
        timer.start(kernel.ktime() + PERIOD_NS);
        return 0;
    }

    @Override
    public void exit(ModuleContext context) {
        timer.start(kernel.ktime() + PERIOD_NS);
        timer.cancel();
    }
}
