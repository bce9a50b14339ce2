package org.vkernel.testmodules.wrong;

import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.time.Timer;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.wire.SkBuffBytes;

/** Sends a message with room behind it that it has cleared. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class LeaksBytesRepaired implements KernelModule {
    static final int GROUP = 5;
    private static final int RESERVED = 12;

    private ModuleContext kernel;
    private Netlink netlink;
    private NetlinkSock socket;
    private Timer timer;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        netlink = kernel.use(Netlink.class);
        socket = kernel.use(Connector.class).socket();
        timer = kernel.timer("beat", fired -> send());
        timer.mod(kernel.jiffies() + kernel.hz() / 2);
        return 0;
    }

    private void send() {
        SkBuff skb = kernel.kernel().skbs().alloc(64, GfpMask.ATOMIC);
        if (skb == null) {
            return;
        }
        if (!SkBuffBytes.put(skb, 0, 1, NlmsgType.NLMSG_DONE, 0, new byte[20])) {
            skb.free("NOT_SPECIFIED");
            return;
        }
        skb.putZero(RESERVED);
        var _ = netlink.broadcast(socket, skb, 0, GROUP, GfpMask.ATOMIC);
    }

    @Override
    public void exit(ModuleContext context) {
        timer.delSync();
    }
}
