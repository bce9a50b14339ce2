package org.vkernel.connector.abi;

/**
 * A request for registration notices, {@code struct cn_ctl_msg}: the data of a message to {@link
 * ConnectorId#CN_IDX_CONNECTOR}.
 *
 * <pre>
 *   0               4               8               12              16
 *   +---------------+---------------+---------------+---------------+--------------
 *   | idxNotifyNum  | valNotifyNum  | group         | len           | ranges ...
 *   +---------------+---------------+---------------+---------------+--------------
 * </pre>
 *
 * <p>The ranges, {@link CnNotifyReqLayout}, are first those of indices, then those of values;
 * {@code len} is their size in bytes.
 *
 * <p>Models {@code include/linux/connector.h} of 2.6.14 to 2.6.32.
 */
public final class CnCtlMsgLayout {
    /** u32: how many ranges of indices there are. */
    public static final int IDX_NOTIFY_NUM = 0;

    /** u32: how many ranges of values there are. */
    public static final int VAL_NOTIFY_NUM = 4;

    /** u32: the group that is to be told; 0 takes an equal request back. */
    public static final int GROUP = 8;

    /** u32: bytes of ranges. */
    public static final int LEN = 12;

    /** Size of the fixed part. */
    public static final int SIZE = 16;

    private CnCtlMsgLayout() {}
}
