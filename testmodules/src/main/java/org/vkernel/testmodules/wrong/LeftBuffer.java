package org.vkernel.testmodules.wrong;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.skb.SkBuff;

/** Goes without freeing an sk_buff that it has kept. */
public final class LeftBuffer implements KernelModule {
    private @Nullable SkBuff spare;

    @Override
    public int init(ModuleContext kernel) {
        spare = kernel.kernel().skbs().alloc(100, GfpMask.KERNEL); // wrong
        return spare == null ? -Errno.ENOMEM : 0;
    }

    @Override
    public void exit(ModuleContext kernel) {
        spare = null;
    }
}
