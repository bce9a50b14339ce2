package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.workqueue.Work;
import org.vkernel.emulator.workqueue.Workqueues;

/** Waits for its work with preemption off. */
public final class SleepsUnpreempted implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        Workqueues queues = kernel.kernel().workqueues();
        Work update = new Work(queues, "update", self -> {});
        kernel.kernel().sched().preemptDisable();
        var _ = queues.schedule(update);
        var _ = update.flush(); // wrong
        kernel.kernel().sched().preemptEnable();
        return 0;
    }
}
