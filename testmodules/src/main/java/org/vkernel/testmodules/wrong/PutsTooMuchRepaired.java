package org.vkernel.testmodules.wrong;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.skb.SkBuff;

/** Looks for room in an sk_buff before it adds to it. */
public final class PutsTooMuchRepaired implements KernelModule {
    private static final int RECORD = 4096;

    @Override
    public int init(ModuleContext kernel) {
        SkBuff skb = kernel.kernel().skbs().alloc(64, GfpMask.KERNEL);
        if (skb == null) {
            return -Errno.ENOMEM;
        }
        if (skb.tailroom() >= RECORD) {
            skb.putData(new byte[RECORD], 0, RECORD);
        }
        skb.free("NOT_SPECIFIED");
        return 0;
    }
}
