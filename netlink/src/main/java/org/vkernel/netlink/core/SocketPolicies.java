package org.vkernel.netlink.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.SockaddrNlLayout;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * The lines of opening, binding, joining and closing that have been wrong in some Linux, or still
 * are, as policies: what each does here is the reference's behaviour, and {@link SocketVariants}
 * puts others in their place. None is on the path of a message.
 */
final class SocketPolicies {
    private SocketPolicies() {}

    /** How {@code netlink_create()} pins the protocol's module. */
    @FunctionalInterface
    interface ProtocolPin {
        ProtocolPin USUAL =
                table -> {
                    NetlinkKernelConfig config = table.config();
                    return table.isRegistered() && config.owner().tryGet() ? config : null;
                };

        /** What the protocol's owner set up, its module pinned; null if the socket is refused. */
        @Nullable NetlinkKernelConfig pin(NetlinkTable table);
    }

    /** When the bitmap of listeners of a protocol that goes is freed. */
    @FunctionalInterface
    interface ReleasedListeners {
        ReleasedListeners USUAL = (kernel, free) -> kernel.rcu().call(free);

        void dispose(VirtualKernel kernel, Runnable free);
    }

    /** When the bitmap of listeners that made place for a larger one is freed. */
    @FunctionalInterface
    interface ReplacedListeners {
        ReplacedListeners USUAL = (kernel, free) -> kernel.rcu().call(free);

        void dispose(VirtualKernel kernel, Runnable free);
    }

    /** Whether the sender of a request may do what only the privileged may. */
    @FunctionalInterface
    interface RequestRight {
        RequestRight USUAL =
                (kernel, skb) ->
                        ((skb.cbFlags() & NetlinkSendPath.SKB_DST) != 0
                                        || (skb.sender() instanceof NetlinkSock sk
                                                && sk.isOpenerCapable()))
                                && kernel.currentIsCapable();

        boolean isHeld(VirtualKernel kernel, SkBuff skb);
    }

    /** What {@code netlink_insert()} leaves behind where the port id is taken. */
    @FunctionalInterface
    interface FailedInsert {
        FailedInsert USUAL = (sk, portid) -> {};

        /** The port id that was wanted is noted in the socket already. */
        void leave(NetlinkSock sk, int portid);
    }

    /** Which port id {@code netlink_autobind()} tries after one that is taken. */
    @FunctionalInterface
    interface Rover {
        Rover USUAL = NetlinkBind::rove;

        /** {@code last} is what it tried before, {@code ROVER_START} at first. */
        int next(NetlinkBind bind, int last);
    }

    /** Of which sockets' closes notifiers are told. */
    @FunctionalInterface
    interface ReleaseNotice {
        ReleaseNotice USUAL = sk -> sk.portid() != 0 && sk.isBound();

        boolean isDue(NetlinkSock sk);
    }

    /** Which addresses {@code netlink_connect()} takes for one of netlink. */
    @FunctionalInterface
    interface ConnectAddress {
        ConnectAddress USUAL = (sk, address) -> address.length() >= SockaddrNlLayout.SIZE;

        boolean isWhole(NetlinkSock sk, SockaddrNl address);
    }

    /** Which groups a socket can join one by one. */
    @FunctionalInterface
    interface KnownGroup {
        KnownGroup USUAL =
                (sk, group) -> group != 0 && Integer.compareUnsigned(group - 1, sk.ngroups()) < 0;

        boolean exists(NetlinkSock sk, int group);
    }

    /** Which group the protocol's owner is asked about for a bit of a bind. */
    @FunctionalInterface
    interface AskedGroup {
        AskedGroup USUAL = bit -> bit + 1;

        int of(int bit);
    }

    /** Of which changes of membership the protocol's owner is told. */
    interface HookCalls {
        HookCalls USUAL =
                new HookCalls() {
                    @Override
                    public boolean isTold(NetlinkSock sk, int group, boolean join) {
                        return true;
                    }

                    @Override
                    public void replaced(
                            NetlinkGroups groups, NetlinkSock sk, int before, int after) {}
                };

        /** Whether it is told that {@code sk} wants in or out; not yet done. */
        boolean isTold(NetlinkSock sk, int group, boolean join);

        /** A bind has replaced the groups 1 to 32, a bit each. */
        void replaced(NetlinkGroups groups, NetlinkSock sk, int before, int after);
    }

    /** How many bytes the list of memberships is said to have. */
    @FunctionalInterface
    interface MembershipBytes {
        MembershipBytes USUAL =
                groups -> (groups + Integer.SIZE - 1) / Integer.SIZE * Integer.BYTES;

        int of(int groups);
    }
}
