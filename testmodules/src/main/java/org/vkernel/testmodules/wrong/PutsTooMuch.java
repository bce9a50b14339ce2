package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.skb.SkBuff;

/** Adds more to an sk_buff than there is room for. */
public final class PutsTooMuch implements KernelModule {
    private static final int RECORD = 4096;

    @Override
    public int init(ModuleContext kernel) {
        SkBuff skb = kernel.kernel().skbs().alloc(64, GfpMask.KERNEL);
        if (skb == null) {
            return -Errno.ENOMEM;
        }
        skb.putData(new byte[RECORD], 0, RECORD); // wrong
        skb.free("NOT_SPECIFIED");
        return 0;
    }
}
