package org.vkernel.testmodules.property.naming;

import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.core.NetlinkKernelConfig;

/**
 * How a protocol is set up.
 *
 * @param number the protocol
 * @param groups how many groups it has
 * @param flags as {@link NetlinkKernelConfig}'s
 * @param isAsked whether its owner decides who joins
 * @param refused every so manieth group is refused; 0: none
 */
record ProtocolModel(int number, int groups, int flags, boolean isAsked, int refused) {
    /** What there are of each protocol at least. */
    private static final int GROUPS_MIN = 32;

    /** The one for processes among themselves. */
    static final ProtocolModel USERSOCK =
            new ProtocolModel(
                    NetlinkProtocol.NETLINK_USERSOCK,
                    GROUPS_MIN,
                    NetlinkKernelConfig.NONROOT_SEND,
                    false,
                    0);

    static ProtocolModel owned(int wantedGroups, int flags, int refused) {
        return new ProtocolModel(
                Naming.OWNED, Math.max(GROUPS_MIN, wantedGroups), flags, true, refused);
    }

    boolean hasKernel() {
        return isAsked;
    }

    boolean anybodySends() {
        return (flags & NetlinkKernelConfig.NONROOT_SEND) != 0;
    }

    boolean anybodyReceives() {
        return (flags & NetlinkKernelConfig.NONROOT_RECV) != 0;
    }

    /** What its owner says to a join. */
    int answer(int group) {
        return refused != 0 && group % refused == 0 ? -Errno.EACCES : 0;
    }
}
