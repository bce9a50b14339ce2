package org.vkernel.connector.abi;

/**
 * The header of a connector message, {@code struct cn_msg}; its first two fields are a {@code
 * struct cb_id}. All fields are unsigned and little-endian.
 *
 * <pre>
 *   0               4               8               12              16      18      20
 *   +---------------+---------------+---------------+---------------+-------+-------+------
 *   | id.idx        | id.val        | seq           | ack           | len   | flags | data
 *   +---------------+---------------+---------------+---------------+-------+-------+------
 * </pre>
 *
 * <p>It is the payload of a netlink message. {@code len} counts the data alone; in the queued era
 * it has 32 bits and there are no flags, which is the same for data below 64 KiB.
 *
 * <p>Models {@code include/uapi/linux/connector.h}.
 */
public final class CnMsgLayout {
    /** u32: index; also the group. */
    public static final int IDX = 0;

    /** u32: value. */
    public static final int VAL = 4;

    /** u32: sequence number. */
    public static final int SEQ = 8;

    /** u32: acknowledge number. */
    public static final int ACK = 12;

    /** u16: bytes of data. */
    public static final int LEN = 16;

    /** u16. */
    public static final int FLAGS = 18;

    /** Size of the header. */
    public static final int SIZE = 20;

    private CnMsgLayout() {}
}
