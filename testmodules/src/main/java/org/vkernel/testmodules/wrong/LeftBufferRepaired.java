package org.vkernel.testmodules.wrong;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.skb.SkBuff;

/** Frees the sk_buff that it has kept before it goes. */
public final class LeftBufferRepaired implements KernelModule {
    private @Nullable SkBuff spare;

    @Override
    public int init(ModuleContext kernel) {
        spare = kernel.kernel().skbs().alloc(100, GfpMask.KERNEL);
        return spare == null ? -Errno.ENOMEM : 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        if (spare != null) {
            spare.free("NOT_SPECIFIED");
        }
    }
}
