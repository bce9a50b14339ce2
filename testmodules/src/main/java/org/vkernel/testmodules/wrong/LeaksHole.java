package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;

/** Hands out a structure with a hole of four bytes that nobody has written. */
public final class LeaksHole implements KernelModule {
    @Override
    public int init(ModuleContext kernel) {
        KernelBuffer event = kernel.kmalloc(16, GfpMask.KERNEL);
        if (event == null) {
            return -Errno.ENOMEM;
        }
        event.putU32(0, 1);
        event.putU64(8, kernel.ktime());
        byte[] payload = event.toByteArray(0, 16); // wrong
        kernel.printk(LogLevel.INFO, "event of %d bytes", payload.length);
        kernel.kfree(event);
        return 0;
    }
}
