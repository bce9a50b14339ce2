package org.vkernel.connector.wire;

/**
 * A range of numbers in a request for registration notices. Models {@code struct cn_notify_req} of
 * the queued era; any two numbers are a range, one of 0 numbers contains nothing.
 *
 * @param first the first number, unsigned
 * @param range how many numbers there are, unsigned
 */
public record CnNotifyReq(int first, int range) {
    /** Whether a number, unsigned, is in the range, which does not wrap around. */
    public boolean contains(int number) {
        long distance = Integer.toUnsignedLong(number) - Integer.toUnsignedLong(first);
        return distance >= 0 && distance < Integer.toUnsignedLong(range);
    }

    /** {@code 14+3}: the first number and how many there are, unsigned. */
    @Override
    public String toString() {
        return Integer.toUnsignedString(first) + "+" + Integer.toUnsignedString(range);
    }
}
