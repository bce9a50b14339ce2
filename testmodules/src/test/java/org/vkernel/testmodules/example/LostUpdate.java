package org.vkernel.testmodules.example;

import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;

/** Two kernel threads count without a lock: sometimes one of the counts is lost. */
@ModuleInfo(name = "lost_update")
public final class LostUpdate implements KernelModule {
    private int counter;

    @Override
    public int init(ModuleContext kernel) {
        Completion done = kernel.completion("both have counted");
        for (int i = 0; i < 2; i++) {
            var _ =
                    kernel.kthreadRun(
                            "counter/" + i,
                            self -> {
                                counter++;
                                done.complete();
                                return 0;
                            });
        }
        done.await();
        done.await();
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        if (counter != 2) {
            throw new IllegalStateException("counted " + counter);
        }
    }
}
