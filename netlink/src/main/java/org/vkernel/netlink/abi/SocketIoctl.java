package org.vkernel.netlink.abi;

/**
 * Requests of {@code ioctl()} that sockets may know, and ways to {@code shutdown()} them.
 *
 * <p>Models {@code include/uapi/asm-generic/ioctls.h}.
 */
public final class SocketIoctl {
    public static final int FIONREAD = 0x541b;
    public static final int SIOCOUTQ = 0x5411;

    public static final int SHUT_RD = 0;
    public static final int SHUT_WR = 1;
    public static final int SHUT_RDWR = 2;

    private SocketIoctl() {}
}
