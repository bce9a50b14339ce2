package org.vkernel.connector.abi;

/**
 * Ids that Linux has given to users of the connector: an index and a value each. A user's group is
 * its index. In the direct era {@link #CN_IDX_CONNECTOR} is an index like any other.
 *
 * <p>Models {@code include/uapi/linux/connector.h}.
 */
public final class ConnectorId {
    // Process events.
    public static final int CN_IDX_PROC = 1;
    public static final int CN_VAL_PROC = 1;

    // CIFS.
    public static final int CN_IDX_CIFS = 2;
    public static final int CN_VAL_CIFS = 1;

    // 1-wire.
    public static final int CN_W1_IDX = 3;
    public static final int CN_W1_VAL = 1;

    // The video BIOS helper of uvesafb.
    public static final int CN_IDX_V86D = 4;
    public static final int CN_VAL_V86D_UVESAFB = 1;

    // BlackBoard, of a sampling framework.
    public static final int CN_IDX_BB = 5;

    // Distributed storage.
    public static final int CN_DST_IDX = 6;
    public static final int CN_DST_VAL = 1;

    // Device mapper: the log of a mirror kept by a process.
    public static final int CN_IDX_DM = 7;
    public static final int CN_VAL_DM_USERSPACE_LOG = 1;

    // DRBD.
    public static final int CN_IDX_DRBD = 8;
    public static final int CN_VAL_DRBD = 1;

    // Hyper-V: key-value pairs, and snapshots.
    public static final int CN_KVP_IDX = 9;
    public static final int CN_KVP_VAL = 1;
    public static final int CN_VSS_IDX = 10;
    public static final int CN_VSS_VAL = 1;

    /** The greatest given index and 1, in 6.1 and 6.18. */
    public static final int CN_NETLINK_USERS = 11;

    /** The connector itself, in the queued era: it takes {@link CnCtlMsgLayout} messages. */
    public static final int CN_IDX_CONNECTOR = -1;

    /** See {@link #CN_IDX_CONNECTOR}. */
    public static final int CN_VAL_CONNECTOR = -1;

    private ConnectorId() {}
}
