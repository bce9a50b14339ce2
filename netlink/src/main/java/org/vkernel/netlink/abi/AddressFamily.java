package org.vkernel.netlink.abi;

/**
 * Address families: the first argument of {@code socket()} and the first field of an address.
 *
 * <p>Models {@code include/linux/socket.h}.
 */
public final class AddressFamily {
    public static final int AF_UNSPEC = 0;
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int AF_PACKET = 17;

    private AddressFamily() {}
}
