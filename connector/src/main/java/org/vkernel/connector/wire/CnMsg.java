package org.vkernel.connector.wire;

import static org.vkernel.connector.abi.CnMsgLayout.ACK;
import static org.vkernel.connector.abi.CnMsgLayout.FLAGS;
import static org.vkernel.connector.abi.CnMsgLayout.IDX;
import static org.vkernel.connector.abi.CnMsgLayout.LEN;
import static org.vkernel.connector.abi.CnMsgLayout.SEQ;
import static org.vkernel.connector.abi.CnMsgLayout.SIZE;
import static org.vkernel.connector.abi.CnMsgLayout.VAL;

import com.google.common.base.Preconditions;
import java.nio.charset.StandardCharsets;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.WireException;

/**
 * One message of the connector, read in place.
 *
 * <p>Models {@code struct cn_msg}. It is the same in both eras: the queued one has {@code len} in
 * 32 bits, which for data below 64 KiB are the 16 of {@code len} and {@code flags} of 0. It may be
 * used in any context and never sleeps; a message that is not whole is refused with a {@code
 * WireException} where it is parsed.
 *
 * <p>Fields that are unsigned in C are {@code int} here; {@link #toString} prints them unsigned.
 *
 * <p>What a callback gets is such a message over the bytes of an sk_buff, as in Linux, and may be
 * used until the callback returns. It is made with {@link #over} from a slice whose {@code
 * checkLive()} knows the sk_buff; every accessor here reads through that slice, and the slice that
 * {@link #data} gives is watched as well, so a use after the sk_buff is freed is reported. Who
 * wants to keep a message makes a {@link #copy}.
 */
public final class CnMsg {
    private final ByteSlice bytes;

    private CnMsg(ByteSlice bytes) {
        this.bytes = bytes;
    }

    /**
     * The message at the begin of an array; whatever follows it is not looked at.
     *
     * @throws WireException if there is no whole message
     */
    public static CnMsg parse(byte[] bytes) {
        return parse(ByteSlice.of(bytes));
    }

    /**
     * The message at the begin of a netlink message's payload.
     *
     * @throws WireException if there is no whole message
     */
    public static CnMsg parse(NlMsg message) {
        return parse(message.payload());
    }

    /**
     * The message at the begin of a slice, of a netlink message's payload for example; whatever
     * follows it is not looked at.
     *
     * @throws WireException if there is no whole message
     */
    public static CnMsg parse(ByteSlice bytes) {
        int length = bytes.length();
        if (length < SIZE) {
            throw new WireException(
                    "%d bytes are too short for a cn_msg header of %d".formatted(length, SIZE));
        }
        int len = bytes.u16(LEN);
        if (len > length - SIZE) {
            throw new WireException(
                    "cn_msg.len is %d; expected at most %d, the bytes there are"
                            .formatted(len, length - SIZE));
        }
        return new CnMsg(bytes.slice(0, SIZE + len));
    }

    /**
     * A message over bytes whose length fields somebody has checked already, or wants unchecked:
     * nothing is read here. Where {@code len} claims more than there is, {@link #data} is refused.
     */
    public static CnMsg over(ByteSlice bytes) {
        return new CnMsg(bytes);
    }

    /** A builder for a message to or from a callback; numbers, flags and data are 0. */
    public static Builder builder(CbId id) {
        return new Builder(id);
    }

    /** The callback's id. */
    public CbId id() {
        return new CbId(idx(), val());
    }

    /** The id's index, unsigned. */
    public int idx() {
        return bytes.u32(IDX);
    }

    /** The id's value, unsigned. */
    public int val() {
        return bytes.u32(VAL);
    }

    /** The sequence number, unsigned. */
    public int seq() {
        return bytes.u32(SEQ);
    }

    /** The acknowledge number, unsigned. */
    public int ack() {
        return bytes.u32(ACK);
    }

    /** Bytes of data, as the sender tells: 0 to 65535. */
    public int len() {
        return bytes.u16(LEN);
    }

    /** The flags: 16 bits. */
    public int flags() {
        return bytes.u16(FLAGS);
    }

    /**
     * The {@link #len} bytes behind the header.
     *
     * @throws IndexOutOfBoundsException if there are not as many, which {@link #parse} excludes
     */
    public ByteSlice data() {
        return bytes.slice(SIZE, len());
    }

    /** The data as a string, up to its first NUL or its end, as {@code %s} prints it in C. */
    public String text() {
        String text = new String(data().toByteArray(), StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    /** Header and data. */
    public ByteSlice bytes() {
        return bytes;
    }

    /** A copy of header and data. */
    public byte[] toByteArray() {
        return bytes.toByteArray();
    }

    /** The same message over bytes of its own. */
    public CnMsg copy() {
        return new CnMsg(ByteSlice.of(toByteArray()));
    }

    /**
     * The message in a netlink message, as both the connector and its clients send it: of type
     * {@code NLMSG_DONE}, with the same sequence number.
     *
     * @param pid the sender's port id; 0 for the kernel, and where a process leaves it open
     */
    public NlMsg toNlMsg(int pid) {
        return NlMsg.builder()
                .type(NlmsgType.NLMSG_DONE)
                .seq(seq())
                .pid(pid)
                .payload(bytes)
                .build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CnMsg message && message.bytes.equals(bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    @Override
    public String toString() {
        return "%s seq=%s ack=%s len=%d flags=%#x data=[%s]"
                .formatted(
                        id(),
                        Integer.toUnsignedString(seq()),
                        Integer.toUnsignedString(ack()),
                        len(),
                        flags(),
                        bytes.slice(SIZE));
    }

    /** Puts a message together; may be used again. */
    public static final class Builder {
        private static final int LEN_MAX = 0xffff;

        private final CbId id;
        private int seq;
        private int ack;
        private int flags;
        private ByteSlice data = ByteSlice.empty();
        private boolean claimsLen;
        private int claimedLen;

        private Builder(CbId id) {
            this.id = id;
        }

        public Builder seq(int value) {
            seq = value;
            return this;
        }

        public Builder ack(int value) {
            ack = value;
            return this;
        }

        public Builder flags(int value) {
            flags = value;
            return this;
        }

        public Builder data(byte[] value) {
            data = ByteSlice.of(value);
            return this;
        }

        public Builder data(ByteSlice value) {
            data = value;
            return this;
        }

        /** A string as data, with the NUL behind it. */
        public Builder text(String value) {
            data = ByteSlice.of((value + '\0').getBytes(StandardCharsets.UTF_8));
            return this;
        }

        /**
         * Makes the length field lie, to test a receiver; {@link #build} refuses a message that
         * claims more than it has, {@link #toByteArray} does not.
         */
        public Builder claimLen(int value) {
            claimsLen = true;
            claimedLen = value;
            return this;
        }

        /**
         * Header and data.
         *
         * @throws IllegalArgumentException if the length field cannot hold the data's size, unless
         *     {@link #claimLen} says what it is to hold
         */
        public byte[] toByteArray() {
            Preconditions.checkArgument(
                    claimsLen || data.length() <= LEN_MAX,
                    "%s bytes do not fit a cn_msg, whose data is at most %s",
                    data.length(),
                    LEN_MAX);
            byte[] bytes = new byte[CnMsgHeader.length(data.length())];
            CnMsgHeader.putId(bytes, 0, id.idx(), id.val());
            CnMsgHeader.put(bytes, 0, seq, ack, claimsLen ? claimedLen : data.length(), flags);
            data.copyTo(bytes, SIZE);
            return bytes;
        }

        /**
         * The message.
         *
         * @throws WireException if {@link #claimLen} made it broken
         */
        public CnMsg build() {
            return parse(toByteArray());
        }
    }
}
