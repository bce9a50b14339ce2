package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** Keeps itself loaded: takes a reference to itself and never drops it. */
public final class PinsItself implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        return kernel.thisModule().tryGet() ? 0 : -Errno.EBUSY; // wrong
    }
}
