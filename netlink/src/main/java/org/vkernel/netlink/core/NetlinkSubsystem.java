package org.vkernel.netlink.core;

import com.google.common.base.Preconditions;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Subsystem;
import org.vkernel.emulator.VirtualKernel;

/** Builds netlink into every kernel ({@code netlink_proto_init()}). */
public final class NetlinkSubsystem implements Subsystem {
    private static final String PROC_PATH = "/proc/net/netlink";

    @Override
    public int level() {
        return CORE;
    }

    @Override
    public void init(VirtualKernel kernel) {
        Netlink netlink = new Netlink(kernel);
        int error = kernel.sockets().register(netlink.sockets());
        Preconditions.checkState(error == 0, "AF_NETLINK: %s", Errno.name(error));
        kernel.provide(Netlink.class, netlink);
        kernel.proc().create(PROC_PATH, netlink.proc()::show);
    }

    @Override
    public void exit(VirtualKernel kernel) {
        Netlink netlink = kernel.use(Netlink.class);
        kernel.proc().remove(PROC_PATH);
        kernel.withdraw(Netlink.class);
        kernel.sockets().unregister(netlink.sockets());
    }
}
