package org.vkernel.testmodules.example;

import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleParam;
import org.vkernel.emulator.printk.LogLevel;

/** A module with parameters. */
public final class Greeter implements KernelModule {
    @ModuleParam private static String whom = "world";

    @ModuleParam private static int times = 1;

    @Override
    public int init(ModuleContext kernel) {
        for (int i = 0; i < times; i++) {
            kernel.printk(LogLevel.INFO, "greeter: hello, %s", whom);
        }
        return 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        kernel.printk(LogLevel.INFO, "greeter: goodbye");
    }
}
