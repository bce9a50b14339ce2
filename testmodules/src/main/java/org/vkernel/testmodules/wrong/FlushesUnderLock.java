package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.workqueue.Work;
import org.vkernel.emulator.workqueue.Workqueues;

/** Waits for its work and holds the lock that the work wants. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class FlushesUnderLock implements KernelModule {
    private Mutex state;
    private Work update;

    @Override
    public int init(ModuleContext kernel) {
        state = kernel.mutex("state");
        Workqueues queues = kernel.kernel().workqueues();
        update = new Work(queues, "update", this::update);
        state.lock();
        var _ = queues.schedule(update);
        var _ = update.flush(); // wrong
        state.unlock();
        return 0;
    }

    private void update(Work self) {
        state.lock();
        state.unlock();
    }

    @Override
    public void exit(ModuleContext kernel) {
        var _ = update.cancelSync();
    }
}
