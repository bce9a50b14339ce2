package org.vkernel.netlink.abi;

/**
 * Types of netlink messages that every protocol shares: {@code nlmsg_type}.
 *
 * <p>Models {@code include/uapi/linux/netlink.h}.
 */
public final class NlmsgType {
    /** Nothing; to be passed over. */
    public static final int NLMSG_NOOP = 1;

    /** An error or acknowledgement, see {@link NlmsgerrLayout}. */
    public static final int NLMSG_ERROR = 2;

    /** The end of a dump; the connector gives this type to all its messages. */
    public static final int NLMSG_DONE = 3;

    /** Data was lost. */
    public static final int NLMSG_OVERRUN = 4;

    /** Types below are for control messages; a protocol numbers its own from here. */
    public static final int NLMSG_MIN_TYPE = 16;

    private NlmsgType() {}
}
