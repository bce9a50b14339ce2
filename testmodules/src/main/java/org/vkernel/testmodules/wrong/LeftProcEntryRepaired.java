package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Removes its file below /proc before it goes. */
public final class LeftProcEntryRepaired implements KernelModule {
    static final String PATH = "/proc/answer";

    @Override
    public int init(ModuleContext kernel) {
        boolean isNew = kernel.kernel().proc().create(PATH, text -> text.append("42\n"));
        return isNew ? 0 : -Errno.EEXIST;
    }

    @Override
    public void exit(ModuleContext kernel) {
        kernel.kernel().proc().remove(PATH);
    }
}
