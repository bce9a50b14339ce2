package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Ends its RCU read section, whether it has anything to show or not. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeavesReadSectionRepaired implements KernelModule {
    static final String PATH = "/proc/names";

    private Rcu rcu;
    private int names;

    @Override
    public int init(ModuleContext kernel) {
        rcu = kernel.kernel().rcu();
        boolean isNew = kernel.kernel().proc().create(PATH, this::show);
        return isNew ? 0 : -Errno.EEXIST;
    }

    private void show(StringBuilder text) {
        rcu.readLock();
        if (names == 0) {
            rcu.readUnlock();
            return;
        }
        text.append(names).append('\n');
        rcu.readUnlock();
    }

    @Override
    public void exit(ModuleContext kernel) {
        var _ = kernel.kernel().proc().remove(PATH);
    }
}
