package org.vkernel.netlink.wire;

import static org.vkernel.netlink.abi.NlattrLayout.NLA_ALIGNTO;
import static org.vkernel.netlink.abi.NlattrLayout.NLA_F_NESTED;
import static org.vkernel.netlink.abi.NlattrLayout.NLA_F_NET_BYTEORDER;
import static org.vkernel.netlink.abi.NlattrLayout.NLA_HDRLEN;
import static org.vkernel.netlink.abi.NlattrLayout.NLA_LEN;
import static org.vkernel.netlink.abi.NlattrLayout.NLA_TYPE;
import static org.vkernel.netlink.abi.NlattrLayout.NLA_TYPE_MASK;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One attribute of a netlink message: a type and a payload, read in place. */
public final class NlAttr {
    private static final int PAYLOAD_MAX = 0xffff - NLA_HDRLEN;

    private final ByteSlice bytes;

    private NlAttr(ByteSlice bytes) {
        this.bytes = bytes;
    }

    /**
     * The attributes that fill a slice.
     *
     * @throws WireException if something is left that is no whole attribute; up to three bytes of
     *     padding at the end are none
     */
    public static List<NlAttr> parseAll(ByteSlice bytes) {
        ImmutableList.Builder<NlAttr> attributes = ImmutableList.builder();
        int at = 0;
        while (at < bytes.length()) {
            int left = bytes.length() - at;
            if (!isOk(bytes, at)) {
                throw new WireException(
                        left < NLA_HDRLEN
                                ? "attribute at offset %d: %d bytes are too short for its header"
                                        .formatted(at, left)
                                : "attribute at offset %d: nla_len is %d; expected %d to %d"
                                        .formatted(at, bytes.u16(at + NLA_LEN), NLA_HDRLEN, left));
            }
            NlAttr attribute = new NlAttr(bytes.slice(at, bytes.u16(at + NLA_LEN)));
            attributes.add(attribute);
            at += align(attribute.len());
        }
        return attributes.build();
    }

    /**
     * The attributes in a slice up to the first that is not whole, as {@code nla_ok()} sees them.
     */
    public static List<NlAttr> walk(ByteSlice bytes) {
        ImmutableList.Builder<NlAttr> attributes = ImmutableList.builder();
        int at = 0;
        while (isOk(bytes, at)) {
            NlAttr attribute = new NlAttr(bytes.slice(at, bytes.u16(at + NLA_LEN)));
            attributes.add(attribute);
            at += align(attribute.len());
        }
        return attributes.build();
    }

    private static boolean isOk(ByteSlice bytes, int at) {
        int left = bytes.length() - at;
        if (left < NLA_HDRLEN) {
            return false;
        }
        int len = bytes.u16(at + NLA_LEN);
        return len >= NLA_HDRLEN && len <= left;
    }

    /** {@code len} rounded up to where a further attribute may begin. */
    public static int align(int len) {
        return (len + NLA_ALIGNTO - 1) & -NLA_ALIGNTO;
    }

    /**
     * An attribute with these bytes.
     *
     * @param type the type, with its flags
     */
    public static NlAttr of(int type, byte[] payload) {
        Preconditions.checkArgument(
                payload.length <= PAYLOAD_MAX,
                "%s bytes do not fit an attribute, whose payload is at most %s",
                payload.length,
                PAYLOAD_MAX);
        byte[] bytes = new byte[NLA_HDRLEN + payload.length];
        LittleEndian.putU16(bytes, NLA_LEN, bytes.length);
        LittleEndian.putU16(bytes, NLA_TYPE, type);
        System.arraycopy(payload, 0, bytes, NLA_HDRLEN, payload.length);
        return new NlAttr(ByteSlice.of(bytes));
    }

    /** An attribute with a 32-bit number. */
    public static NlAttr u32(int type, int value) {
        byte[] payload = new byte[Integer.BYTES];
        LittleEndian.putU32(payload, 0, value);
        return of(type, payload);
    }

    /** An attribute with a string and the NUL behind it. */
    public static NlAttr string(int type, String value) {
        return of(type, (value + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /** An attribute that holds attributes. */
    public static NlAttr nested(int type, NlAttr... attributes) {
        return of(type | NLA_F_NESTED, join(List.of(attributes)));
    }

    /** Attributes one behind the other, each padded to a multiple of 4. */
    public static byte[] join(List<NlAttr> attributes) {
        int length = 0;
        for (NlAttr attribute : attributes) {
            length += align(attribute.len());
        }
        byte[] joined = new byte[length];
        int at = 0;
        for (NlAttr attribute : attributes) {
            attribute.bytes.copyTo(joined, at);
            at += align(attribute.len());
        }
        return joined;
    }

    /** Header and payload, in bytes. */
    public int len() {
        return bytes.length();
    }

    /** The type without its flags. */
    public int type() {
        return bytes.u16(NLA_TYPE) & NLA_TYPE_MASK;
    }

    /** Whether the payload is marked as attributes. */
    public boolean isNested() {
        return (bytes.u16(NLA_TYPE) & NLA_F_NESTED) != 0;
    }

    /** Whether the payload is marked as big-endian. */
    public boolean isNetByteOrder() {
        return (bytes.u16(NLA_TYPE) & NLA_F_NET_BYTEORDER) != 0;
    }

    /** What follows the header. */
    public ByteSlice payload() {
        return bytes.slice(NLA_HDRLEN);
    }

    /**
     * The payload as a 32-bit number.
     *
     * @throws WireException if the payload is not four bytes
     */
    public int u32() {
        if (len() != NLA_HDRLEN + Integer.BYTES) {
            throw new WireException(
                    "attribute %d has %d bytes; expected 4".formatted(type(), len() - NLA_HDRLEN));
        }
        return bytes.u32(NLA_HDRLEN);
    }

    /** The payload as a string, up to its first NUL or its end. */
    public String string() {
        String text = new String(payload().toByteArray(), StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    /**
     * The attributes that the payload holds.
     *
     * @throws WireException if it holds anything else
     */
    public List<NlAttr> nested() {
        return parseAll(payload());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NlAttr attribute && attribute.bytes.equals(bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    @Override
    public String toString() {
        return "attribute %d%s[%s]".formatted(type(), isNested() ? " nested " : " ", payload());
    }
}
