package org.vkernel.netlink.abi;

/**
 * The payload of an {@link NlmsgType#NLMSG_ERROR} message, {@code struct nlmsgerr}.
 *
 * <pre>
 *   0               4                               20
 *   +---------------+-------------------------------+-----------------+------------
 *   | error         | header of the request         | payload of the  | attributes
 *   |               |                               | request         |
 *   +---------------+-------------------------------+-----------------+------------
 * </pre>
 *
 * <p>The request's payload is there only in case of an error and where the flag {@link
 * NlmFlag#NLM_F_CAPPED} is not set; attributes only where {@link NlmFlag#NLM_F_ACK_TLVS} is set,
 * from the next multiple of 4.
 *
 * <p>Models {@code include/uapi/linux/netlink.h}.
 */
public final class NlmsgerrLayout {
    /** s32: 0 for success, else a negative error number. */
    public static final int ERROR = 0;

    /** The header of the request, {@link NlmsghdrLayout}. */
    public static final int MSG = 4;

    /** Size of the fixed part. */
    public static final int SIZE = 20;

    private NlmsgerrLayout() {}
}
