package org.vkernel.netlink.abi;

/**
 * An attribute of a netlink message, {@code struct nlattr}.
 *
 * <pre>
 *   0       2       4
 *   +-------+-------+----------------+- - - - +
 *   | len   | type  | payload        | padding|
 *   +-------+-------+----------------+- - - - +
 * </pre>
 *
 * <p>{@code len} counts the header and the payload, without the padding to the next multiple of
 * {@link #NLA_ALIGNTO}. The two highest bits of {@code type} are flags.
 *
 * <p>Models {@code include/uapi/linux/netlink.h}.
 */
public final class NlattrLayout {
    /** u16: header and payload, in bytes. */
    public static final int NLA_LEN = 0;

    /** u16: type and flags. */
    public static final int NLA_TYPE = 2;

    /** Size of the header. */
    public static final int NLA_HDRLEN = 4;

    /** Attributes begin at multiples of this. */
    public static final int NLA_ALIGNTO = 4;

    /** The payload is attributes itself. */
    public static final int NLA_F_NESTED = 0x8000;

    /** The payload is big-endian. */
    public static final int NLA_F_NET_BYTEORDER = 0x4000;

    /** The bits of {@code type} that are the type. */
    public static final int NLA_TYPE_MASK = 0x3fff;

    private NlattrLayout() {}
}
