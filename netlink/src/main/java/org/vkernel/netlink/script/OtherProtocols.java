package org.vkernel.netlink.script;

import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkKernelConfig;
import org.vkernel.netlink.core.NetlinkSock;

/**
 * The protocols that the recorded kernels were built with besides those that are modelled: scripts
 * open sockets of them, and send nothing there. Registered only for a script that does.
 */
final class OtherProtocols implements AutoCloseable {
    private static final ImmutableSet<Integer> OF_6_1 =
            ImmutableSet.of(
                    NetlinkProtocol.NETLINK_ROUTE,
                    NetlinkProtocol.NETLINK_SOCK_DIAG,
                    NetlinkProtocol.NETLINK_FIB_LOOKUP,
                    NetlinkProtocol.NETLINK_KOBJECT_UEVENT,
                    NetlinkProtocol.NETLINK_GENERIC);

    private static final ImmutableSet<Integer> OF_6_18 =
            ImmutableSet.<Integer>builder()
                    .addAll(OF_6_1)
                    .add(
                            NetlinkProtocol.NETLINK_XFRM,
                            NetlinkProtocol.NETLINK_SELINUX,
                            NetlinkProtocol.NETLINK_AUDIT,
                            NetlinkProtocol.NETLINK_NETFILTER)
                    .build();

    private final VirtualKernel kernel;
    private final List<NetlinkSock> registered = new ArrayList<>();

    /** Registers what {@code script} opens. */
    OtherProtocols(VirtualKernel kernel, NetlinkScript script) {
        this.kernel = kernel;
        ImmutableSet<Integer> known = kernel.profile().equals(Profile.V6_1) ? OF_6_1 : OF_6_18;
        ImmutableSet.Builder<Integer> wanted = ImmutableSet.builder();
        for (NetlinkScript.Line line : script.lines()) {
            JsonElement protocol = line.json().get("protocol");
            if (protocol != null && line.op().equals("socket")) {
                wanted.add(ScriptConstants.PROTOCOL.parse(protocol));
            }
        }
        for (int protocol : wanted.build()) {
            if (known.contains(protocol)) {
                kernel.run(() -> register(protocol));
            }
        }
    }

    private void register(int protocol) {
        Netlink netlink = kernel.use(Netlink.class);
        NetlinkSock socket = netlink.kernelCreate(protocol, NetlinkKernelConfig.DEFAULT);
        if (socket != null) {
            registered.add(socket);
        }
    }

    @Override
    public void close() {
        for (NetlinkSock socket : registered) {
            kernel.run(() -> kernel.use(Netlink.class).kernelRelease(socket));
        }
    }
}
