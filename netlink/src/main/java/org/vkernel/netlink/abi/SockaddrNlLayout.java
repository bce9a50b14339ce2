package org.vkernel.netlink.abi;

/**
 * The address of a netlink socket, {@code struct sockaddr_nl}.
 *
 * <pre>
 *   0       2       4               8               12
 *   +-------+-------+---------------+---------------+
 *   | family| pad   | pid           | groups        |
 *   +-------+-------+---------------+---------------+
 * </pre>
 *
 * <p>Models {@code include/uapi/linux/netlink.h}.
 */
public final class SockaddrNlLayout {
    /** u16: {@link AddressFamily#AF_NETLINK}. */
    public static final int NL_FAMILY = 0;

    /** u16: zero. */
    public static final int NL_PAD = 2;

    /** u32: port id, 0 for the kernel. */
    public static final int NL_PID = 4;

    /** u32: mask of groups, bit {@code n - 1} for group {@code n}. */
    public static final int NL_GROUPS = 8;

    /** Size of the address. */
    public static final int SIZE = 12;

    private SockaddrNlLayout() {}
}
