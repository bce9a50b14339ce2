package org.vkernel.netlink.wire;

import static org.vkernel.netlink.abi.ControlMessage.CMSG_ALIGNTO;
import static org.vkernel.netlink.abi.ControlMessage.CMSG_HDRLEN;
import static org.vkernel.netlink.abi.ControlMessage.CMSG_LEN;
import static org.vkernel.netlink.abi.ControlMessage.CMSG_LEVEL;
import static org.vkernel.netlink.abi.ControlMessage.CMSG_TYPE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The control messages that a process hands to {@code sendmsg()}.
 *
 * @param messages those before the first whose length cannot be
 * @param isWhole whether there is no such one
 */
public record SentControl(List<ControlBuffer.Message> messages, boolean isWhole) {
    /** Reads them as {@code for_each_cmsghdr()} and {@code CMSG_OK()} do. */
    public static SentControl parse(byte[] bytes) {
        List<ControlBuffer.Message> messages = new ArrayList<>();
        long at = 0;
        while (bytes.length - at >= CMSG_HDRLEN) {
            int start = (int) at;
            long length = LittleEndian.u64(bytes, start + CMSG_LEN);
            if (length < CMSG_HDRLEN || length > bytes.length - at) {
                return new SentControl(messages, false);
            }
            messages.add(
                    new ControlBuffer.Message(
                            LittleEndian.u32(bytes, start + CMSG_LEVEL),
                            LittleEndian.u32(bytes, start + CMSG_TYPE),
                            Arrays.copyOfRange(bytes, start + CMSG_HDRLEN, (int) (at + length))));
            at += (length + CMSG_ALIGNTO - 1) & -CMSG_ALIGNTO;
        }
        return new SentControl(messages, true);
    }

    /** The bytes of control messages, each at its alignment. */
    public static byte[] build(List<ControlBuffer.Message> messages) {
        int size = 0;
        for (ControlBuffer.Message message : messages) {
            size = align(size) + CMSG_HDRLEN + message.data().length;
        }
        byte[] bytes = new byte[align(size)];
        int at = 0;
        for (ControlBuffer.Message message : messages) {
            byte[] data = message.data();
            LittleEndian.putU64(bytes, at + CMSG_LEN, CMSG_HDRLEN + data.length);
            LittleEndian.putU32(bytes, at + CMSG_LEVEL, message.level());
            LittleEndian.putU32(bytes, at + CMSG_TYPE, message.type());
            System.arraycopy(data, 0, bytes, at + CMSG_HDRLEN, data.length);
            at = align(at + CMSG_HDRLEN + data.length);
        }
        return bytes;
    }

    private static int align(int length) {
        return (length + CMSG_ALIGNTO - 1) & -CMSG_ALIGNTO;
    }
}
