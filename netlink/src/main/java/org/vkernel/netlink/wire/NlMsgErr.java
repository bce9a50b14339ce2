package org.vkernel.netlink.wire;

import static org.vkernel.netlink.abi.NlmFlag.NLM_F_ACK_TLVS;
import static org.vkernel.netlink.abi.NlmFlag.NLM_F_CAPPED;
import static org.vkernel.netlink.abi.NlmsgType.NLMSG_ERROR;
import static org.vkernel.netlink.abi.NlmsgerrLayout.ERROR;
import static org.vkernel.netlink.abi.NlmsgerrLayout.MSG;
import static org.vkernel.netlink.abi.NlmsgerrLayout.SIZE;
import static org.vkernel.netlink.abi.NlmsghdrLayout.NLMSG_HDRLEN;

import java.util.List;
import java.util.Optional;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.NlmsgerrAttr;

/**
 * The answer of a kernel socket to a request: an acknowledgement, or an error. It is the payload of
 * a message of type {@code NLMSG_ERROR}, read in place.
 */
public final class NlMsgErr {
    private final ByteSlice payload;
    private final boolean capped;
    private final List<NlAttr> attributes;

    private NlMsgErr(ByteSlice payload, boolean capped, List<NlAttr> attributes) {
        this.payload = payload;
        this.capped = capped;
        this.attributes = attributes;
    }

    /**
     * Reads an answer.
     *
     * @throws WireException if the message is of another type, too short, or its attributes are
     *     broken
     */
    public static NlMsgErr parse(NlMsg message) {
        if (message.type() != NLMSG_ERROR) {
            throw new WireException(
                    "message type is %d; expected NLMSG_ERROR (%d)"
                            .formatted(message.type(), NLMSG_ERROR));
        }
        ByteSlice payload = message.payload();
        if (payload.length() < SIZE) {
            throw new WireException(
                    "%d bytes of payload are too short for an nlmsgerr of %d"
                            .formatted(payload.length(), SIZE));
        }
        boolean capped = (message.flags() & NLM_F_CAPPED) != 0 || payload.u32(ERROR) == 0;
        int end = capped ? SIZE : endOfRequest(payload);
        List<NlAttr> attributes = List.of();
        if ((message.flags() & NLM_F_ACK_TLVS) != 0) {
            int from = Math.min(NlMsgHeader.align(end), payload.length());
            attributes = NlAttr.parseAll(payload.slice(from));
        }
        return new NlMsgErr(payload, capped, attributes);
    }

    private static int endOfRequest(ByteSlice payload) {
        int len = payload.u32(MSG);
        if (!NlMsgHeader.fits(len, payload.length() - MSG)) {
            throw new WireException(
                    "the request's nlmsg_len is %s; expected %d to %d, the bytes there are"
                            .formatted(
                                    Integer.toUnsignedString(len),
                                    NLMSG_HDRLEN,
                                    payload.length() - MSG));
        }
        return MSG + len;
    }

    /**
     * Builds an answer.
     *
     * <p>Models {@code netlink_ack()} (net/netlink/af_netlink.c).
     *
     * @param pid port id of the asker, which becomes the header's
     * @param error 0, or a negative error number
     * @param capAck whether the asker wants no payload of its request back; it gets none with
     *     {@code error} 0
     * @param attributes more to say; none unless the asker wants extended acknowledgements
     */
    public static NlMsg build(
            NlMsg request, int pid, int error, boolean capAck, List<NlAttr> attributes) {
        boolean capped = error == 0 || capAck;
        int echoed = capped ? NLMSG_HDRLEN : request.len();
        byte[] tlvs = NlAttr.join(attributes);
        int end = MSG + echoed;
        byte[] payload = new byte[tlvs.length == 0 ? end : NlMsgHeader.align(end) + tlvs.length];
        LittleEndian.putU32(payload, ERROR, error);
        request.bytes().slice(0, echoed).copyTo(payload, MSG);
        System.arraycopy(tlvs, 0, payload, payload.length - tlvs.length, tlvs.length);
        return NlMsg.builder()
                .type(NLMSG_ERROR)
                .flags((capped ? NLM_F_CAPPED : 0) | (tlvs.length == 0 ? 0 : NLM_F_ACK_TLVS))
                .seq(request.seq())
                .pid(pid)
                .payload(payload)
                .build();
    }

    /** 0 for an acknowledgement, else the negative error number. */
    public int error() {
        return payload.u32(ERROR);
    }

    /** The length that the request's header says, unsigned. */
    public int requestLen() {
        return NlMsgHeader.len(header(), 0);
    }

    /** The request's type. */
    public int requestType() {
        return NlMsgHeader.type(header(), 0);
    }

    /** The request's flags. */
    public int requestFlags() {
        return NlMsgHeader.flags(header(), 0);
    }

    /** The request's sequence number, unsigned. */
    public int requestSeq() {
        return NlMsgHeader.seq(header(), 0);
    }

    /** The port id in the request's header, unsigned. */
    public int requestPid() {
        return NlMsgHeader.pid(header(), 0);
    }

    private byte[] header() {
        return payload.slice(MSG, NLMSG_HDRLEN).toByteArray();
    }

    /** The whole request, where the answer repeats it. */
    public Optional<NlMsg> request() {
        return capped ? Optional.empty() : Optional.of(NlMsg.parse(payload.slice(MSG)));
    }

    /** All attributes of an extended acknowledgement. */
    public List<NlAttr> attributes() {
        return attributes;
    }

    /** The message for people, where there is one. */
    public Optional<String> message() {
        return attribute(NlmsgerrAttr.NLMSGERR_ATTR_MSG).map(NlAttr::string);
    }

    /** The attribute of this type, where there is one. */
    public Optional<NlAttr> attribute(int type) {
        return attributes.stream().filter(attribute -> attribute.type() == type).findFirst();
    }

    @Override
    public String toString() {
        String text = error() == 0 ? "ack" : "error " + Errno.name(error());
        return text
                + " of seq="
                + Integer.toUnsignedString(requestSeq())
                + message().map(message -> " \"" + message + "\"").orElse("");
    }
}
