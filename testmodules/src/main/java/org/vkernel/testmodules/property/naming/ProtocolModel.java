package org.vkernel.testmodules.property.naming;

import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Profile;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.core.NetlinkKernelConfig;

/**
 * How a protocol is set up.
 *
 * @param number the protocol
 * @param groups how many groups it has
 * @param flags as {@link NetlinkKernelConfig}'s
 * @param hasKernel whether the kernel has a socket of it
 * @param isAsked whether its owner decides who joins, and notes it
 * @param refused every so manieth group is refused; 0: none
 */
record ProtocolModel(
        int number, int groups, int flags, boolean hasKernel, boolean isAsked, int refused) {
    /** What there are of each protocol at least. */
    private static final int GROUPS_MIN = 32;

    /** The one for processes among themselves. */
    static final ProtocolModel USERSOCK =
            new ProtocolModel(
                    NetlinkProtocol.NETLINK_USERSOCK,
                    GROUPS_MIN,
                    NetlinkKernelConfig.NONROOT_SEND,
                    false,
                    false,
                    0);

    static ProtocolModel owned(int wantedGroups, int flags, int refused) {
        return new ProtocolModel(
                Naming.OWNED, Math.max(GROUPS_MIN, wantedGroups), flags, true, true, refused);
    }

    /** That of the connector. */
    static ProtocolModel connector(Profile profile) {
        boolean isOpen = profile.connectorBind() == Profile.ConnectorBind.ODD_GROUPS;
        return new ProtocolModel(
                NetlinkProtocol.NETLINK_CONNECTOR,
                GROUPS_MIN,
                isOpen ? NetlinkKernelConfig.NONROOT_RECV : 0,
                true,
                false,
                0);
    }

    boolean anybodySends() {
        return (flags & NetlinkKernelConfig.NONROOT_SEND) != 0;
    }

    boolean anybodyReceives() {
        return (flags & NetlinkKernelConfig.NONROOT_RECV) != 0;
    }

    /** What its owner says to a join by a process that is privileged, or is not. */
    int answer(int group, boolean capable) {
        if (number == NetlinkProtocol.NETLINK_CONNECTOR) {
            return capable || group == ConnectorId.CN_IDX_PROC ? 0 : -Errno.EPERM;
        }
        return refused != 0 && group % refused == 0 ? -Errno.EACCES : 0;
    }

    /** Whether Linux lets anybody join, although the answer should be no. */
    boolean isLeftOpen(int group) {
        return number == NetlinkProtocol.NETLINK_CONNECTOR && group % 2 != 0;
    }
}
