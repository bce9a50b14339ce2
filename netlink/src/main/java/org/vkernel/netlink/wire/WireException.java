package org.vkernel.netlink.wire;

/**
 * Bytes are not what they were said to be: too short for their header, or with a length field that
 * contradicts the bytes at hand. The message says what was read, where, and what was expected.
 */
public final class WireException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WireException(String message) {
        super(message);
    }
}
