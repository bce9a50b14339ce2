package org.vkernel.emulator.sock;

/** A family of protocols: {@code struct net_proto_family}. */
public interface SocketFamily {
    /** Its number, such as {@code AF_NETLINK}. */
    int family();

    /**
     * Makes the network part of {@code socket} and attaches it. Context: process; may sleep.
     *
     * @return 0, or a negative errno
     */
    int create(Socket socket, int protocol);
}
