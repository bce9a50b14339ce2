package org.vkernel.testmodules.wrong;

import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.wire.SkBuffBytes;

/** Frees an sk_buff once more than it may: a failed send has freed it already. */
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class FreesTwice implements KernelModule {
    private static final int NOBODY = 4711;

    @Override
    public int init(ModuleContext kernel) {
        SkBuff skb = kernel.kernel().skbs().alloc(64, GfpMask.KERNEL);
        if (skb == null) {
            return -Errno.ENOMEM;
        }
        boolean hasRoom = SkBuffBytes.put(skb, 0, 1, NlmsgType.NLMSG_DONE, 0, new byte[20]);
        int error = hasRoom ? send(kernel, skb) : -Errno.EMSGSIZE;
        if (error < 0) {
            skb.free("NOT_SPECIFIED"); // wrong
        }
        return 0;
    }

    /** Ownership: {@code skb} is taken, also where nobody gets it. */
    private static int send(ModuleContext kernel, SkBuff skb) {
        Netlink netlink = kernel.use(Netlink.class);
        return netlink.unicast(kernel.use(Connector.class).socket(), skb, NOBODY, true);
    }
}
