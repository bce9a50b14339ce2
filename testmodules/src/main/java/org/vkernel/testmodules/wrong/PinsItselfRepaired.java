package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Takes a reference to itself while it is at work, and drops it. */
public final class PinsItselfRepaired implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        if (!kernel.thisModule().tryGet()) {
            return -Errno.EBUSY;
        }
        kernel.thisModule().put();
        return 0;
    }
}
