package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.time.Timer;

/** Takes a lock for writing that its timer takes for reading, and keeps the timer off. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class WritesUnderBhReaderRepaired implements KernelModule {
    private Timer timer;

    @Override
    public int init(ModuleContext kernel) {
        RwLock table = kernel.rwLock("table");
        timer =
                kernel.timer(
                        "poll",
                        fired -> {
                            table.readLock();
                            table.readUnlock();
                        });
        timer.mod(kernel.jiffies());
        kernel.kernel().timers().msleep(20);
        boolean flags = table.writeLockIrqsave();
        table.writeUnlockIrqrestore(flags);
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        timer.delSync();
    }
}
