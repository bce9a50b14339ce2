package org.vkernel.netlink.abi;

/**
 * Numbers of netlink protocols: the third argument of {@code socket()}.
 *
 * <p>Models {@code include/uapi/linux/netlink.h}.
 */
public final class NetlinkProtocol {
    public static final int NETLINK_ROUTE = 0;

    /** For processes among themselves: it has no kernel socket. */
    public static final int NETLINK_USERSOCK = 2;

    public static final int NETLINK_FIREWALL = 3;
    public static final int NETLINK_SOCK_DIAG = 4;
    public static final int NETLINK_NFLOG = 5;
    public static final int NETLINK_XFRM = 6;
    public static final int NETLINK_SELINUX = 7;
    public static final int NETLINK_ISCSI = 8;
    public static final int NETLINK_AUDIT = 9;
    public static final int NETLINK_FIB_LOOKUP = 10;
    public static final int NETLINK_CONNECTOR = 11;
    public static final int NETLINK_NETFILTER = 12;
    public static final int NETLINK_IP6_FW = 13;
    public static final int NETLINK_DNRTMSG = 14;
    public static final int NETLINK_KOBJECT_UEVENT = 15;
    public static final int NETLINK_GENERIC = 16;
    public static final int NETLINK_SCSITRANSPORT = 18;
    public static final int NETLINK_ECRYPTFS = 19;
    public static final int NETLINK_RDMA = 20;
    public static final int NETLINK_CRYPTO = 21;
    public static final int NETLINK_SMC = 22;

    /** Protocols are numbered from 0 up to and without this. */
    public static final int MAX_LINKS = 32;

    private NetlinkProtocol() {}
}
