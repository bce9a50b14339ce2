package com.example;

import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Two kernel threads count without a lock: under some schedules one of the counts is lost. */
public final class LostUpdate implements KernelModule {
    private int counter;

    @Override
    public int init(ModuleContext kernel) {
        Completion done = kernel.completion("both have counted");
        for (int i = 0; i < 2; i++) {
            kernel.kthreadRun("counter/" + i, thread -> count(done));
        }
        done.await();
        done.await();
        return 0;
    }

    private int count(Completion done) {
        counter++;
        done.complete();
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        if (counter != 2) {
            throw new IllegalStateException("counted " + counter);
        }
    }
}
