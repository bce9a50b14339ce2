package org.vkernel.testmodules.property.naming;

import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Profile;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.core.NetlinkKernelConfig;

/** How a protocol is set up. */
final class ProtocolModel {
    /** What there are of each protocol at least. */
    private static final int GROUPS_MIN = 32;

    /** The one for processes among themselves. */
    static ProtocolModel usersock() {
        return new ProtocolModel(
                NetlinkProtocol.NETLINK_USERSOCK,
                GROUPS_MIN,
                NetlinkKernelConfig.NONROOT_SEND,
                false,
                false,
                0);
    }

    private final int number;
    private final int flags;
    private final boolean hasKernel;
    private final boolean isAsked;
    private final int refused;
    private int groups;

    /**
     * A protocol.
     *
     * @param groups how many groups it has
     * @param flags as {@link NetlinkKernelConfig}'s
     * @param hasKernel whether the kernel has a socket of it
     * @param isAsked whether its owner decides who joins, and notes it
     * @param refused every so manieth group is refused; 0: none
     */
    private ProtocolModel(
            int number, int groups, int flags, boolean hasKernel, boolean isAsked, int refused) {
        this.number = number;
        this.groups = groups;
        this.flags = flags;
        this.hasKernel = hasKernel;
        this.isAsked = isAsked;
        this.refused = refused;
    }

    int number() {
        return number;
    }

    int groups() {
        return groups;
    }

    void grow(int count) {
        groups = count;
    }

    int flags() {
        return flags;
    }

    boolean hasKernel() {
        return hasKernel;
    }

    boolean isAsked() {
        return isAsked;
    }

    int refused() {
        return refused;
    }

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
