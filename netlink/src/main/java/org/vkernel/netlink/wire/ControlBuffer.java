package org.vkernel.netlink.wire;

import static org.vkernel.netlink.abi.ControlMessage.CMSG_ALIGNTO;
import static org.vkernel.netlink.abi.ControlMessage.CMSG_HDRLEN;
import static org.vkernel.netlink.abi.ControlMessage.CMSG_LEN;
import static org.vkernel.netlink.abi.ControlMessage.CMSG_LEVEL;
import static org.vkernel.netlink.abi.ControlMessage.CMSG_TYPE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The control buffer of a {@code recvmsg()}: what the kernel writes into it, and its parsing. */
public final class ControlBuffer {
    private final byte[] bytes;
    private int used;

    /**
     * A control message.
     *
     * @param data what was written of it, which a short buffer cuts
     */
    public record Message(int level, int type, byte[] data) {}

    /** An empty buffer of {@code size} bytes. */
    public ControlBuffer(int size) {
        bytes = new byte[size];
    }

    /** Over bytes that a kernel has filled, {@code used} of them. */
    public ControlBuffer(byte[] bytes, int used) {
        this.bytes = bytes;
        this.used = used;
    }

    /**
     * Appends a control message whose data are u32s.
     *
     * <p>Models {@code put_cmsg()} (net/core/scm.c).
     *
     * @return whether it was written whole; where not, {@code MSG_CTRUNC} is due
     */
    public boolean put(int level, int type, int... words) {
        int room = bytes.length - used;
        if (room < CMSG_HDRLEN) {
            return false;
        }
        int wanted = CMSG_HDRLEN + words.length * Integer.BYTES;
        int length = Math.min(wanted, room);
        LittleEndian.putU64(bytes, used + CMSG_LEN, length);
        LittleEndian.putU32(bytes, used + CMSG_LEVEL, level);
        LittleEndian.putU32(bytes, used + CMSG_TYPE, type);
        byte[] data = new byte[words.length * Integer.BYTES];
        for (int i = 0; i < words.length; i++) {
            LittleEndian.putU32(data, i * Integer.BYTES, words[i]);
        }
        System.arraycopy(data, 0, bytes, used + CMSG_HDRLEN, length - CMSG_HDRLEN);
        used += Math.min(align(wanted), room);
        return length == wanted;
    }

    private static int align(int length) {
        return (length + CMSG_ALIGNTO - 1) & -CMSG_ALIGNTO;
    }

    /** Takes over what another kernel wrote, which is no longer than this buffer. */
    public void set(byte[] written) {
        System.arraycopy(written, 0, bytes, 0, written.length);
        used = written.length;
    }

    /** How many bytes there is room for. */
    public int size() {
        return bytes.length;
    }

    /** How many bytes are filled ({@code msg_controllen} after the call). */
    public int used() {
        return used;
    }

    /** The control messages, as {@code CMSG_FIRSTHDR()} and {@code CMSG_NXTHDR()} find them. */
    public List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        int at = 0;
        while (used - at >= CMSG_HDRLEN) {
            long length = LittleEndian.u64(bytes, at + CMSG_LEN);
            if (length < CMSG_HDRLEN || length > used - at) {
                break;
            }
            int end = at + (int) length;
            messages.add(
                    new Message(
                            LittleEndian.u32(bytes, at + CMSG_LEVEL),
                            LittleEndian.u32(bytes, at + CMSG_TYPE),
                            Arrays.copyOfRange(bytes, at + CMSG_HDRLEN, end)));
            at = align(end);
        }
        return messages;
    }
}
