package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.time.Timer;

/** Frees an object that its timer still uses, before it stops that. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class UsesFreedSession implements KernelModule {
    /** What a user has open: {@code struct session}. */
    private static final class Session {
        private int messages;
    }

    private ModuleContext kernel;
    private Session session;
    private Timer timeout;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        Session made = kernel.kmalloc(Session::new, 64, GfpMask.KERNEL);
        if (made == null) {
            return -Errno.ENOMEM;
        }
        session = made;
        timeout = kernel.timer("timeout", fired -> count());
        timeout.mod(kernel.jiffies() + kernel.hz() / 2);
        return 0;
    }

    private void count() {
        session.messages++; // wrong
        kernel.printk(LogLevel.INFO, "%d messages", session.messages);
        timeout.mod(kernel.jiffies() + kernel.hz() / 2);
    }

    @Override
    public void exit(ModuleContext context) {
        kernel.kfree(session);
        kernel.kernel().timers().msleep(600);
        timeout.delSync();
    }
}
