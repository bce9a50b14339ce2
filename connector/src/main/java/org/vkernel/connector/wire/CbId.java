package org.vkernel.connector.wire;

/**
 * The id of a callback. Models {@code struct cb_id} of both eras; any two numbers are an id.
 *
 * @param idx index, unsigned; also the group that the callback's messages go to
 * @param val value, unsigned: tells users with the same index apart
 */
public record CbId(int idx, int val) {
    /** The id with these two unsigned numbers. */
    public static CbId of(int idx, int val) {
        return new CbId(idx, val);
    }

    /** {@code 14:1111}, as {@code /proc/net/connector} prints it. */
    @Override
    public String toString() {
        return Integer.toUnsignedString(idx) + ":" + Integer.toUnsignedString(val);
    }
}
