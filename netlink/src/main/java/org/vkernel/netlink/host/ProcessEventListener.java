package org.vkernel.netlink.host;

import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.wire.LittleEndian;

/**
 * What a socket has asked of the host's process events, and what that did to the kernel's count of
 * listeners.
 *
 * <p>The count is the machine's, and closing a socket does not lower it: whoever raises it must
 * take that back.
 *
 * <p>Models {@code cn_proc_mcast_ctl()} (drivers/connector/cn_proc.c), as far as it counts.
 */
final class ProcessEventListener {
    static final int LISTEN = 1;
    static final int IGNORE = 2;

    // struct cn_msg, behind the netlink header.
    private static final int ID_IDX = NlmsghdrLayout.NLMSG_HDRLEN;
    private static final int ID_VAL = NlmsghdrLayout.NLMSG_HDRLEN + 4;
    private static final int LEN = NlmsghdrLayout.NLMSG_HDRLEN + 16;
    private static final int DATA = NlmsghdrLayout.NLMSG_HDRLEN + 20;
    private static final int CN_IDX_PROC = 1;
    private static final int CN_VAL_PROC = 1;

    /** {@code CONNECTOR_MAX_MSG_SIZE} and a netlink header. */
    private static final int MESSAGE_MAX = 16_384 + NlmsghdrLayout.NLMSG_HDRLEN;

    private int last = IGNORE;
    private int counted;

    /** By how much it raised the count; below 0 if it lowered it. */
    int counted() {
        return counted;
    }

    /**
     * Notes a message that the kernel took: any operation is remembered, known or not.
     *
     * @return whether it asked anything of the process events
     */
    boolean sent(byte[] message, int offset, int length) {
        if (!isControl(message, offset, length)) {
            return false;
        }
        int operation = LittleEndian.u32(message, offset + DATA);
        if (operation == LISTEN && last != LISTEN) {
            counted++;
        } else if (operation == IGNORE && last != IGNORE) {
            counted--;
        }
        last = operation;
        return true;
    }

    private static boolean isControl(byte[] message, int offset, int length) {
        if (length < DATA + Integer.BYTES) {
            return false;
        }
        long whole = Integer.toUnsignedLong(LittleEndian.u32(message, offset));
        int data = u16(message, offset + LEN);
        return LittleEndian.u32(message, offset + ID_IDX) == CN_IDX_PROC
                && LittleEndian.u32(message, offset + ID_VAL) == CN_VAL_PROC
                && whole <= Math.min(length, MESSAGE_MAX)
                && data + DATA <= whole
                && (data == Integer.BYTES || data == 2 * Integer.BYTES);
    }

    private static int u16(byte[] bytes, int at) {
        return LittleEndian.u32(bytes, at) & 0xffff;
    }

    /** A message that asks for {@code operation}. */
    static byte[] request(int operation) {
        byte[] message = new byte[DATA + Integer.BYTES];
        LittleEndian.putU32(message, NlmsghdrLayout.NLMSG_LEN, message.length);
        LittleEndian.putU32(message, NlmsghdrLayout.NLMSG_TYPE, 3);
        LittleEndian.putU32(message, ID_IDX, CN_IDX_PROC);
        LittleEndian.putU32(message, ID_VAL, CN_VAL_PROC);
        LittleEndian.putU32(message, LEN, Integer.BYTES);
        LittleEndian.putU32(message, DATA, operation);
        return message;
    }
}
