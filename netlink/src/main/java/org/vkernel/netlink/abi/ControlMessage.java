package org.vkernel.netlink.abi;

/**
 * Control messages of {@code sendmsg()} and {@code recvmsg()}, {@code struct cmsghdr}, and {@code
 * struct ucred}.
 *
 * <pre>
 *   0                               8               12              16
 *   +-------------------------------+---------------+---------------+------
 *   | len                           | level         | type          | data
 *   +-------------------------------+---------------+---------------+------
 *
 *   ucred: 0               4               8               12
 *          +---------------+---------------+---------------+
 *          | pid           | uid           | gid           |
 *          +---------------+---------------+---------------+
 * </pre>
 *
 * <p>{@code len} counts header and data; a further control message begins at the next multiple of
 * {@link #CMSG_ALIGNTO}.
 *
 * <p>Models {@code include/linux/socket.h}.
 */
public final class ControlMessage {
    /** u64: header and data, in bytes. */
    public static final int CMSG_LEN = 0;

    /** s32: {@link SocketOption#SOL_SOCKET} or {@link NetlinkOption#SOL_NETLINK}. */
    public static final int CMSG_LEVEL = 8;

    /** s32. */
    public static final int CMSG_TYPE = 12;

    public static final int CMSG_HDRLEN = 16;
    public static final int CMSG_ALIGNTO = 8;

    // Types of level SOL_SOCKET.
    public static final int SCM_RIGHTS = 1;
    public static final int SCM_CREDENTIALS = 2;
    public static final int SCM_SECURITY = 3;
    public static final int SCM_PIDFD = 4;

    public static final int UCRED_PID = 0;
    public static final int UCRED_UID = 4;
    public static final int UCRED_GID = 8;
    public static final int UCRED_SIZE = 12;

    private ControlMessage() {}
}
