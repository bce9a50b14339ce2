package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.workqueue.DelayedWork;
import org.vkernel.emulator.workqueue.Workqueues;

/** Forgets a delayed work when it goes. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeftWork implements KernelModule {
    private ModuleContext kernel;
    private DelayedWork work;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        work = new DelayedWork(queues(), "scan", running -> scheduleScan());
        scheduleScan();
        return 0;
    }

    private void scheduleScan() {
        queues().scheduleDelayed(work, kernel.hz() / 4); // wrong
    }

    private Workqueues queues() {
        return kernel.kernel().workqueues();
    }

    @Override
    public void exit(ModuleContext context) {}
}
