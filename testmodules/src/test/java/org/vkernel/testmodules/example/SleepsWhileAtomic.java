package org.vkernel.testmodules.example;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** A module that breaks a rule at its load, and again at its unload. */
public final class SleepsWhileAtomic implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        sleepWhileAtomic(kernel);
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        sleepWhileAtomic(kernel);
    }

    private static void sleepWhileAtomic(ModuleContext kernel) {
        var sched = kernel.kernel().sched();
        sched.preemptDisable();
        sched.mightSleep();
        sched.preemptEnable();
    }
}
