package org.vkernel.testmodules.wrong;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkKernelConfig;
import org.vkernel.netlink.core.NetlinkSock;

/** Leaves its netlink protocol registered when it goes. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
public final class LeftSocket implements KernelModule {
    private static final int PROTOCOL = 25;

    private ModuleContext kernel;
    private @Nullable NetlinkSock socket;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        NetlinkKernelConfig config =
                NetlinkKernelConfig.DEFAULT
                        .input(skb -> kernel.printk(LogLevel.INFO, "%d bytes", skb.len()))
                        .owner(kernel.thisModule());
        socket = kernel.use(Netlink.class).kernelCreate(PROTOCOL, config); // wrong
        return socket == null ? -Errno.ENOMEM : 0;
    }

    @Override
    public void exit(ModuleContext context) {}
}
