package org.vkernel.connector.abi;

/**
 * A range of numbers in a request for registration notices, {@code struct cn_notify_req}.
 *
 * <pre>
 *   0               4               8
 *   +---------------+---------------+
 *   | first         | range         |
 *   +---------------+---------------+
 * </pre>
 *
 * <p>Models {@code include/linux/connector.h} of 2.6.14 to 2.6.32.
 */
public final class CnNotifyReqLayout {
    /** u32: the first number. */
    public static final int FIRST = 0;

    /** u32: how many numbers there are. */
    public static final int RANGE = 4;

    public static final int SIZE = 8;

    private CnNotifyReqLayout() {}
}
