package org.vkernel.testmodules.wrong;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.kthread.Kthread;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Waits in a loop for what only others can do, and never lets them. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LoopsForEver implements KernelModule {
    private final List<Kthread> threads = new ArrayList<>();
    private ModuleContext kernel;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        return start(kernel, threads, "poller", this::poll);
    }

    private void poll() {
        long end = kernel.jiffies() + kernel.hz() / 10;
        while (kernel.jiffies() < end) {
            kernel.kernel().sched().relax(); // wrong
        }
    }

    /** Starts a thread that is there until it is stopped. */
    private static int start(
            ModuleContext kernel, List<Kthread> threads, String name, Runnable body) {
        Kthread made =
                kernel.kthreadRun(
                        name,
                        self -> {
                            body.run();
                            while (!self.shouldStop()) {
                                kernel.kernel().timers().msleep(10);
                            }
                            return 0;
                        });
        if (made == null) {
            return -Errno.ENOMEM;
        }
        threads.add(made);
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        threads.forEach(Kthread::stop);
    }
}
