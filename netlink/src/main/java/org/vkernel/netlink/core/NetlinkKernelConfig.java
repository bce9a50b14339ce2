package org.vkernel.netlink.core;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.module.ModuleRef;

/**
 * How a protocol is set up by its kernel socket: {@code struct netlink_kernel_cfg}. Immutable: each
 * setter gives a changed copy.
 *
 * @param groups how many groups there are at least; never fewer than 32
 * @param flags {@link #NONROOT_RECV}, {@link #NONROOT_SEND}
 * @param input what is done with messages; null: they are refused
 * @param bind asked before a socket joins a group; null: all may
 * @param unbind told when a socket leaves a group
 * @param release told when a socket of a process closes, before its groups are left
 * @param owner the module that is pinned by each socket of the protocol
 */
public record NetlinkKernelConfig(
        int groups,
        int flags,
        @Nullable NetlinkInput input,
        @Nullable NetlinkGroupHook bind,
        @Nullable IntConsumer unbind,
        @Nullable Consumer<NetlinkSock> release,
        ModuleRef owner) {
    /** Any process may join groups ({@code NL_CFG_F_NONROOT_RECV}). */
    public static final int NONROOT_RECV = 1;

    /** Any process may send to processes and groups ({@code NL_CFG_F_NONROOT_SEND}). */
    public static final int NONROOT_SEND = 2;

    /** Nothing set, of built-in code. */
    public static final NetlinkKernelConfig DEFAULT =
            new NetlinkKernelConfig(0, 0, null, null, null, null, ModuleRef.BUILT_IN);

    public NetlinkKernelConfig groups(int value) {
        return new NetlinkKernelConfig(value, flags, input, bind, unbind, release, owner);
    }

    public NetlinkKernelConfig flags(int value) {
        return new NetlinkKernelConfig(groups, value, input, bind, unbind, release, owner);
    }

    public NetlinkKernelConfig input(NetlinkInput value) {
        return new NetlinkKernelConfig(groups, flags, value, bind, unbind, release, owner);
    }

    public NetlinkKernelConfig bind(NetlinkGroupHook value) {
        return new NetlinkKernelConfig(groups, flags, input, value, unbind, release, owner);
    }

    public NetlinkKernelConfig unbind(IntConsumer value) {
        return new NetlinkKernelConfig(groups, flags, input, bind, value, release, owner);
    }

    public NetlinkKernelConfig release(Consumer<NetlinkSock> value) {
        return new NetlinkKernelConfig(groups, flags, input, bind, unbind, value, owner);
    }

    public NetlinkKernelConfig owner(ModuleRef value) {
        return new NetlinkKernelConfig(groups, flags, input, bind, unbind, release, value);
    }
}
