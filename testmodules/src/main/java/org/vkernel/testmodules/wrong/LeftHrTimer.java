package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.HrTimer;

/** Tries to cancel its exact timer when it goes, and arms it once more. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeftHrTimer implements KernelModule {
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
        timer.cancel();
        timer.start(kernel.ktime() + PERIOD_NS); // wrong
    }
}
