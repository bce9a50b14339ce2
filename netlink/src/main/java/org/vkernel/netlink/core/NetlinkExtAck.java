package org.vkernel.netlink.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.abi.NlmsgerrAttr;
import org.vkernel.netlink.wire.NlAttr;

/**
 * What a handler has to say about a request besides its error number: {@code struct
 * netlink_ext_ack}. An asker is told that has NETLINK_EXT_ACK set.
 */
public final class NetlinkExtAck {
    private @Nullable String message;
    private byte @Nullable [] cookie;
    private @Nullable Integer offset;
    private @Nullable Integer missingType;
    private @Nullable Integer missingNest;

    /** A few words ({@code NL_SET_ERR_MSG()}). */
    public void setMessage(String text) {
        message = text;
    }

    /** The words, or null. */
    public @Nullable String message() {
        return message;
    }

    /** Something that only the asker understands. */
    public void setCookie(byte[] bytes) {
        cookie = bytes.clone();
    }

    /**
     * Where the bad attribute is, in bytes from the request's header ({@code NL_SET_BAD_ATTR()}).
     */
    public void setOffset(int bytes) {
        offset = bytes;
    }

    /** Which attribute is missing, and in which nest's header offset, if in one. */
    public void setMissing(int type, @Nullable Integer nestOffset) {
        missingType = type;
        missingNest = nestOffset;
    }

    /** The attributes that follow an answer; some for errors only. */
    List<NlAttr> attributes(boolean isError) {
        List<NlAttr> attributes = new ArrayList<>();
        if (message != null) {
            attributes.add(NlAttr.string(NlmsgerrAttr.NLMSGERR_ATTR_MSG, message));
        }
        if (cookie != null) {
            attributes.add(NlAttr.of(NlmsgerrAttr.NLMSGERR_ATTR_COOKIE, cookie));
        }
        if (isError) {
            addNumber(attributes, NlmsgerrAttr.NLMSGERR_ATTR_OFFS, offset);
            addNumber(attributes, NlmsgerrAttr.NLMSGERR_ATTR_MISS_TYPE, missingType);
            addNumber(attributes, NlmsgerrAttr.NLMSGERR_ATTR_MISS_NEST, missingNest);
        }
        return attributes;
    }

    private static void addNumber(List<NlAttr> to, int type, @Nullable Integer value) {
        if (value != null) {
            to.add(NlAttr.u32(type, value));
        }
    }
}
