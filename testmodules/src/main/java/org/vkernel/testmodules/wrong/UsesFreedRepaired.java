package org.vkernel.testmodules.wrong;

import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.wire.SkBuffBytes;

/** Reads the length of an sk_buff before it sends it. */
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class UsesFreedRepaired implements KernelModule {
    private static final int NOBODY = 4711;

    @Override
    public int init(ModuleContext kernel) {
        SkBuff skb = kernel.kernel().skbs().alloc(64, GfpMask.KERNEL);
        if (skb == null) {
            return -Errno.ENOMEM;
        }
        boolean hasRoom = SkBuffBytes.put(skb, 0, 1, NlmsgType.NLMSG_DONE, 0, new byte[20]);
        if (!hasRoom) {
            skb.free("NOT_SPECIFIED");
            return -Errno.EMSGSIZE;
        }
        int length = skb.len();
        Netlink netlink = kernel.use(Netlink.class);
        var _ = netlink.unicast(kernel.use(Connector.class).socket(), skb, NOBODY, true);
        kernel.printk(LogLevel.INFO, "sent %d bytes", length);
        return 0;
    }
}
