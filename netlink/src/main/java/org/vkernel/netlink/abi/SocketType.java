package org.vkernel.netlink.abi;

/**
 * Types of sockets: the second argument of {@code socket()}.
 *
 * <p>Models {@code include/linux/net.h}.
 */
public final class SocketType {
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_RDM = 4;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SOCK_DCCP = 6;
    public static final int SOCK_PACKET = 10;

    /** Types are numbered up to and without this. */
    public static final int SOCK_MAX = 11;

    /** The bits of the argument that are the type; the others are flags. */
    public static final int SOCK_TYPE_MASK = 0xf;

    /** Flag: calls do not wait. */
    public static final int SOCK_NONBLOCK = 0x800;

    /** Flag: closed at {@code execve()}. */
    public static final int SOCK_CLOEXEC = 0x80000;

    private SocketType() {}
}
