package org.vkernel.testmodules.example;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** A module that does not find what it drives. */
public final class NoDevice implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        return -Errno.ENODEV;
    }
}
