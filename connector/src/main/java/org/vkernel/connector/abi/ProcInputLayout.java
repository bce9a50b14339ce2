package org.vkernel.connector.abi;

/**
 * The data of a message to {@link ConnectorId#CN_IDX_PROC}: an operation, and from 6.6 on perhaps a
 * filter, {@code struct proc_input}.
 *
 * <pre>
 *   0               4               8
 *   +---------------+- - - - - - - -+
 *   | mcastOp       | eventType     |
 *   +---------------+- - - - - - - -+
 * </pre>
 *
 * <p>Models {@code include/uapi/linux/cn_proc.h} of the direct era.
 */
public final class ProcInputLayout {
    /** u32: the operation. */
    public static final int MCAST_OP = 0;

    /** u32: the events to be told of, bits of {@link ProcEventType}. */
    public static final int EVENT_TYPE = 4;

    /** Size without a filter. */
    public static final int SIZE_OLD = 4;

    /** Size with a filter. */
    public static final int SIZE = 8;

    /** Operation: tell me of events. */
    public static final int PROC_CN_MCAST_LISTEN = 1;

    /** Operation: tell me no more. */
    public static final int PROC_CN_MCAST_IGNORE = 2;

    private ProcInputLayout() {}
}
