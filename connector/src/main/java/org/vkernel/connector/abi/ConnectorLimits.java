package org.vkernel.connector.abi;

/**
 * Limits of the connector that are the same in both eras; the others are in the kernel's profile.
 *
 * <p>Models {@code include/linux/connector.h} and {@code drivers/connector/connector.c}.
 */
public final class ConnectorLimits {
    /** Room for a callback's name with its NUL; a longer name is cut. */
    public static final int CN_CBQ_NAMELEN = 32;

    /** The connector asks netlink for this many groups more than there are given indices. */
    public static final int GROUPS_OVER_USERS = 15;

    /**
     * Groups that netlink gives it, the least that it gives to any protocol: 1 to 32 can be joined
     * and sent to, whatever index a callback has.
     */
    public static final int GROUPS = 32;

    private ConnectorLimits() {}
}
