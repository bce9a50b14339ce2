package org.vkernel.netlink.abi;

/**
 * Socket options of level {@link #SOL_NETLINK}.
 *
 * <p>Models {@code include/uapi/linux/netlink.h}.
 */
public final class NetlinkOption {
    /** The level of these options. */
    public static final int SOL_NETLINK = 270;

    public static final int NETLINK_ADD_MEMBERSHIP = 1;
    public static final int NETLINK_DROP_MEMBERSHIP = 2;
    public static final int NETLINK_PKTINFO = 3;
    public static final int NETLINK_BROADCAST_ERROR = 4;
    public static final int NETLINK_NO_ENOBUFS = 5;
    public static final int NETLINK_RX_RING = 6;
    public static final int NETLINK_TX_RING = 7;
    public static final int NETLINK_LISTEN_ALL_NSID = 8;
    public static final int NETLINK_LIST_MEMBERSHIPS = 9;
    public static final int NETLINK_CAP_ACK = 10;
    public static final int NETLINK_EXT_ACK = 11;
    public static final int NETLINK_GET_STRICT_CHK = 12;

    /** Offset in {@code struct nl_pktinfo}: u32, the group that a message was sent to. */
    public static final int NL_PKTINFO_GROUP = 0;

    public static final int NL_PKTINFO_SIZE = 4;

    private NetlinkOption() {}
}
