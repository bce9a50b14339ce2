package org.vkernel.netlink.wire;

import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_FLAGS;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_HDRLEN;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_LEN;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_PID;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_SEQ;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_TYPE;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.netlink.abi.NlmsgType;

/**
 * One netlink message: a header and a payload, read in place.
 *
 * <p>It holds at least a whole header, and exactly as many bytes as its length field says. Fields
 * that are unsigned in C are {@code int} here; {@link #toString} prints them unsigned.
 */
public final class NlMsg {
    private final ByteSlice bytes;

    private NlMsg(ByteSlice bytes) {
        this.bytes = bytes;
    }

    /**
     * The first message in an array; whatever follows it is not looked at.
     *
     * @throws WireException if there is no whole message
     */
    public static NlMsg parse(byte[] bytes) {
        return parse(ByteSlice.of(bytes));
    }

    /**
     * The first message in a slice; whatever follows it is not looked at.
     *
     * @throws WireException if there is no whole message
     */
    public static NlMsg parse(ByteSlice bytes) {
        int length = bytes.length();
        if (length < NLMSG_HDRLEN) {
            throw new WireException(
                    "%d bytes are too short for a netlink header of %d"
                            .formatted(length, NLMSG_HDRLEN));
        }
        int len = bytes.u32(NLMSG_LEN);
        if (!NlMsgHeader.fits(len, length)) {
            throw new WireException(
                    "nlmsg_len is %s; expected %d to %d, the bytes there are"
                            .formatted(Integer.toUnsignedString(len), NLMSG_HDRLEN, length));
        }
        return new NlMsg(bytes.slice(0, len));
    }

    /**
     * All messages in an array, one behind the other as {@link #join} puts them.
     *
     * @throws WireException if something is left that is no whole message
     */
    public static List<NlMsg> parseAll(byte[] bytes) {
        return parseAll(ByteSlice.of(bytes));
    }

    /**
     * All messages in a slice, one behind the other.
     *
     * @throws WireException if something is left that is no whole message
     */
    public static List<NlMsg> parseAll(ByteSlice bytes) {
        ImmutableList.Builder<NlMsg> messages = ImmutableList.builder();
        for (int at = 0; at < bytes.length(); ) {
            NlMsg message;
            try {
                message = parse(bytes.slice(at));
            } catch (WireException e) {
                throw new WireException("message at offset " + at + ": " + e.getMessage());
            }
            messages.add(message);
            at += NlMsgHeader.align(message.len());
        }
        return messages.build();
    }

    /**
     * The messages in a slice up to the first that is not whole, as a loop with {@code NLMSG_OK()}
     * and {@code NLMSG_NEXT()} sees them; the rest is passed over in silence.
     */
    public static List<NlMsg> walk(ByteSlice bytes) {
        ImmutableList.Builder<NlMsg> messages = ImmutableList.builder();
        int at = 0;
        while (bytes.length() - at >= NLMSG_HDRLEN
                && NlMsgHeader.fits(bytes.u32(at + NLMSG_LEN), bytes.length() - at)) {
            NlMsg message = parse(bytes.slice(at));
            messages.add(message);
            at += NlMsgHeader.align(message.len());
        }
        return messages.build();
    }

    /** Messages one behind the other, each but the last padded to the begin of the next. */
    public static byte[] join(List<NlMsg> messages) {
        int length = 0;
        for (NlMsg message : messages) {
            length = NlMsgHeader.align(length) + message.len();
        }
        byte[] joined = new byte[length];
        int at = 0;
        for (NlMsg message : messages) {
            message.bytes.copyTo(joined, at);
            at += NlMsgHeader.align(message.len());
        }
        return joined;
    }

    /** A builder for a message that says nothing yet: type, flags, numbers and payload are 0. */
    public static Builder builder() {
        return new Builder();
    }

    /** Header and payload, in bytes, as the length field says. */
    public int len() {
        return bytes.length();
    }

    /** The type: 0 to 65535. */
    public int type() {
        return bytes.u16(NLMSG_TYPE);
    }

    /** The flags: 16 bits. */
    public int flags() {
        return bytes.u16(NLMSG_FLAGS);
    }

    /** The sequence number, unsigned. */
    public int seq() {
        return bytes.u32(NLMSG_SEQ);
    }

    /** The port id that the sender wrote, unsigned. */
    public int pid() {
        return bytes.u32(NLMSG_PID);
    }

    /** What follows the header. */
    public ByteSlice payload() {
        return bytes.slice(NLMSG_HDRLEN);
    }

    /** Header and payload. */
    public ByteSlice bytes() {
        return bytes;
    }

    /** A copy of header and payload. */
    public byte[] toByteArray() {
        return bytes.toByteArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NlMsg message && message.bytes.equals(bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    @Override
    public String toString() {
        return "len=%d type=%s flags=%#x seq=%s pid=%s payload=[%s]"
                .formatted(
                        len(),
                        typeName(type()),
                        flags(),
                        Integer.toUnsignedString(seq()),
                        Integer.toUnsignedString(pid()),
                        payload());
    }

    private static String typeName(int type) {
        return switch (type) {
            case NlmsgType.NLMSG_NOOP -> "NOOP";
            case NlmsgType.NLMSG_ERROR -> "ERROR";
            case NlmsgType.NLMSG_DONE -> "DONE";
            case NlmsgType.NLMSG_OVERRUN -> "OVERRUN";
            default -> Integer.toString(type);
        };
    }

    /** Puts a message together; may be used again. */
    public static final class Builder {
        private int type;
        private int flags;
        private int seq;
        private int pid;
        private ByteSlice payload = ByteSlice.empty();
        private boolean claimsLen;
        private int claimedLen;

        private Builder() {}

        public Builder type(int value) {
            type = value;
            return this;
        }

        public Builder flags(int value) {
            flags = value;
            return this;
        }

        public Builder seq(int value) {
            seq = value;
            return this;
        }

        public Builder pid(int value) {
            pid = value;
            return this;
        }

        public Builder payload(byte[] value) {
            payload = ByteSlice.of(value);
            return this;
        }

        public Builder payload(ByteSlice value) {
            payload = value;
            return this;
        }

        /** Attributes as payload, each padded to the begin of the next. */
        public Builder attributes(NlAttr... attributes) {
            payload = ByteSlice.of(NlAttr.join(List.of(attributes)));
            return this;
        }

        /**
         * Makes the length field lie, to test a receiver; {@link #build} refuses such a message
         * unless it is whole nevertheless, {@link #toByteArray} does not.
         */
        public Builder claimLen(int value) {
            claimsLen = true;
            claimedLen = value;
            return this;
        }

        /** Header and payload, without padding. */
        public byte[] toByteArray() {
            byte[] bytes = new byte[NlMsgHeader.length(payload.length())];
            int len = claimsLen ? claimedLen : bytes.length;
            NlMsgHeader.put(bytes, 0, len, type, flags, seq, pid);
            payload.copyTo(bytes, NLMSG_HDRLEN);
            return bytes;
        }

        /**
         * The message.
         *
         * @throws WireException if {@link #claimLen} made it broken
         */
        public NlMsg build() {
            return parse(toByteArray());
        }
    }
}
