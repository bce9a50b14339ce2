package org.vkernel.testmodules.wrong;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.kthread.Kthread;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;

/** Counts in two threads, under a lock. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class CountsUnlockedRepaired implements KernelModule {
    private final List<Kthread> threads = new ArrayList<>();
    private SpinLock lock;
    private int count;

    @Override
    public int init(ModuleContext kernel) {
        lock = kernel.spinLock("count");
        int error = start(kernel, threads, "counter/0", this::count);
        return error < 0 ? error : start(kernel, threads, "counter/1", this::count);
    }

    private void count() {
        lock.lock();
        count++;
        lock.unlock();
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
        kernel.printk(LogLevel.INFO, "counted %d", count);
    }
}
