package org.vkernel.netlink.abi;

/**
 * The header of a netlink message, {@code struct nlmsghdr}. All fields are unsigned and in the
 * machine's byte order, little-endian here.
 *
 * <pre>
 *   0               4       6       8               12              16
 *   +---------------+-------+-------+---------------+---------------+--------
 *   | len           | type  | flags | seq           | pid           | payload
 *   +---------------+-------+-------+---------------+---------------+--------
 * </pre>
 *
 * <p>{@code len} counts the header and the payload, without the padding behind it: a further
 * message begins at the next multiple of {@link #NLMSG_ALIGNTO}.
 *
 * <p>Models {@code include/uapi/linux/netlink.h}.
 */
public final class NlmsghdrLayout {
    /** u32: header and payload, in bytes. */
    public static final int NLMSG_LEN = 0;

    /** u16, see {@link NlmsgType}. */
    public static final int NLMSG_TYPE = 4;

    /** u16, see {@link NlmFlag}. */
    public static final int NLMSG_FLAGS = 6;

    /** u32: sequence number. */
    public static final int NLMSG_SEQ = 8;

    /** u32: the sender's port id, as far as the sender tells the truth. */
    public static final int NLMSG_PID = 12;

    /** Size of the header. */
    public static final int NLMSG_HDRLEN = 16;

    /** Messages begin at multiples of this. */
    public static final int NLMSG_ALIGNTO = 4;

    private NlmsghdrLayout() {}
}
