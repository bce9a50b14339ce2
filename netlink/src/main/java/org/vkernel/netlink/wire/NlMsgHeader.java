package org.vkernel.netlink.wire;

import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_ALIGNTO;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_FLAGS;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_HDRLEN;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_LEN;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_PID;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_SEQ;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_TYPE;

import java.util.Arrays;

/**
 * Netlink message headers, read and written where they lie in an array: what C does through a
 * {@code struct nlmsghdr *}. It makes no objects, for the path that every message takes; elsewhere
 * {@link NlMsg} is easier to use.
 *
 * <p>{@code at} is the offset of the header in {@code bytes}, which must hold all of it.
 */
public final class NlMsgHeader {
    private NlMsgHeader() {}

    /** {@code nlmsg_len}, unsigned: header and payload as the sender tells. */
    public static int len(byte[] bytes, int at) {
        return LittleEndian.u32(bytes, at + NLMSG_LEN);
    }

    /** {@code nlmsg_type}. */
    public static int type(byte[] bytes, int at) {
        return LittleEndian.u16(bytes, at + NLMSG_TYPE);
    }

    /** {@code nlmsg_flags}. */
    public static int flags(byte[] bytes, int at) {
        return LittleEndian.u16(bytes, at + NLMSG_FLAGS);
    }

    /** {@code nlmsg_seq}, unsigned. */
    public static int seq(byte[] bytes, int at) {
        return LittleEndian.u32(bytes, at + NLMSG_SEQ);
    }

    /** {@code nlmsg_pid}, unsigned: the port id that the sender wrote. */
    public static int pid(byte[] bytes, int at) {
        return LittleEndian.u32(bytes, at + NLMSG_PID);
    }

    /**
     * Writes a header.
     *
     * @param len header and payload
     */
    public static void put(byte[] bytes, int at, int len, int type, int flags, int seq, int pid) {
        LittleEndian.putU32(bytes, at + NLMSG_LEN, len);
        LittleEndian.putU16(bytes, at + NLMSG_TYPE, type);
        LittleEndian.putU16(bytes, at + NLMSG_FLAGS, flags);
        LittleEndian.putU32(bytes, at + NLMSG_SEQ, seq);
        LittleEndian.putU32(bytes, at + NLMSG_PID, pid);
    }

    /** Writes zeros between a message's end and the begin of the next one. */
    public static void zeroPadding(byte[] bytes, int at, int len) {
        Arrays.fill(bytes, at + len, at + align(len), (byte) 0);
    }

    /**
     * Whether {@code remaining} bytes hold a whole message, by its own length field.
     *
     * <p>Models {@code NLMSG_OK()}.
     */
    public static boolean isOk(byte[] bytes, int at, int remaining) {
        return remaining >= NLMSG_HDRLEN && fits(len(bytes, at), remaining);
    }

    /** Whether a length field is neither below a header nor beyond what there is. */
    static boolean fits(int len, int remaining) {
        return Integer.compareUnsigned(len, NLMSG_HDRLEN) >= 0
                && Integer.compareUnsigned(len, remaining) <= 0;
    }

    /**
     * {@code len} rounded up to where a further message may begin. Models {@code NLMSG_ALIGN()}.
     */
    public static int align(int len) {
        return (len + NLMSG_ALIGNTO - 1) & -NLMSG_ALIGNTO;
    }

    /** Bytes of a message with a payload of {@code len}. Models {@code NLMSG_LENGTH()}. */
    public static int length(int len) {
        return NLMSG_HDRLEN + len;
    }

    /** Bytes of such a message with its padding. Models {@code NLMSG_SPACE()}. */
    public static int space(int len) {
        return align(length(len));
    }
}
