package org.vkernel.testmodules.example;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;

/** A module that uses what kernel code must not. */
public final class ReadsHostClock implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        return (int) (System.nanoTime() & 1);
    }
}
