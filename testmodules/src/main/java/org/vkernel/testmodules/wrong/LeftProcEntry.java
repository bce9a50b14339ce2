package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Forgets its file below /proc when it goes. */
public final class LeftProcEntry implements KernelModule {
    static final String PATH = "/proc/answer";

    @Override
    public int init(ModuleContext kernel) {
        boolean isNew = kernel.kernel().proc().create(PATH, text -> text.append("42\n")); // wrong
        return isNew ? 0 : -Errno.EEXIST;
    }

    @Override
    public void exit(ModuleContext kernel) {}
}
