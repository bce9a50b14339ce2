package org.vkernel.netlink.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.NlmsgerrAttr;

class NlMsgErrTest {
    private static final NlMsg REQUEST =
            NlMsg.builder()
                    .type(18)
                    .flags(NlmFlag.NLM_F_REQUEST | NlmFlag.NLM_F_ACK)
                    .seq(0xfffffff0)
                    .pid(7)
                    .payload(new byte[] {1, 2, 3, 4, 5})
                    .build();
    private static final List<NlAttr> WHY =
            List.of(
                    NlAttr.string(NlmsgerrAttr.NLMSGERR_ATTR_MSG, "too odd"),
                    NlAttr.u32(NlmsgerrAttr.NLMSGERR_ATTR_OFFS, 16));

    @Test
    void build_success_isCappedToTheHeader() {
        NlMsg answer = NlMsgErr.build(REQUEST, 4242, 0, false, List.of());
        assertEquals(
                "24000000"
                        + "0200"
                        + "0001"
                        + "f0ffffff"
                        + "92100000"
                        + "00000000"
                        + "15000000"
                        + "1200"
                        + "0500"
                        + "f0ffffff"
                        + "07000000",
                HexFormat.of().formatHex(answer.toByteArray()));
        NlMsgErr parsed = NlMsgErr.parse(answer);
        assertEquals(0, parsed.error());
        assertEquals(Optional.empty(), parsed.request());
        assertEquals(21, parsed.requestLen());
        assertEquals(18, parsed.requestType());
        assertEquals(5, parsed.requestFlags());
        assertEquals(0xfffffff0, parsed.requestSeq());
        assertEquals(7, parsed.requestPid());
        assertEquals("ack of seq=4294967280", parsed.toString());
    }

    @Test
    void build_errorWithoutCap_repeatsTheRequestThenAttributesAtAMultipleOf4() {
        NlMsg answer = NlMsgErr.build(REQUEST, 4242, -Errno.EINVAL, false, WHY);
        assertEquals(NlmFlag.NLM_F_ACK_TLVS, answer.flags());
        assertEquals(16 + 4 + 24 + 12 + 8, answer.len());
        NlMsgErr parsed = NlMsgErr.parse(answer);
        assertEquals(-Errno.EINVAL, parsed.error());
        assertEquals(Optional.of(REQUEST), parsed.request());
        assertEquals(WHY, parsed.attributes());
        assertEquals(Optional.of("too odd"), parsed.message());
        assertEquals("error EINVAL of seq=4294967280 \"too odd\"", parsed.toString());
    }

    @Test
    void build_errorWithCap_leavesTheRequestsPayloadOut() {
        NlMsg answer = NlMsgErr.build(REQUEST, 4242, -Errno.EPERM, true, WHY);
        assertEquals(NlmFlag.NLM_F_ACK_TLVS | NlmFlag.NLM_F_CAPPED, answer.flags());
        NlMsgErr parsed = NlMsgErr.parse(answer);
        assertEquals(-Errno.EPERM, parsed.error());
        assertEquals(Optional.empty(), parsed.request());
        assertEquals(WHY, parsed.attributes());
    }

    @Test
    void parse_payloadTruncatedAtEveryByte_isRefusedUnlessOnlyWholeAttributesAreCut() {
        NlMsg answer = NlMsgErr.build(REQUEST, 4242, -Errno.EINVAL, false, WHY);
        byte[] payload = answer.payload().toByteArray();
        for (int length = 0; length < payload.length; length++) {
            NlMsg cut =
                    NlMsg.builder()
                            .type(answer.type())
                            .flags(answer.flags())
                            .payload(Arrays.copyOf(payload, length))
                            .build();
            // 25 bytes end the request, 28 its padding, 40 the first attribute.
            boolean whole = (length >= 25 && length <= 28) || length == 40;
            if (whole) {
                assertEquals(length / 40, NlMsgErr.parse(cut).attributes().size());
            } else {
                assertThrows(WireException.class, () -> NlMsgErr.parse(cut), "cut at " + length);
            }
        }
    }

    @Test
    void parse_anotherType_isRefused() {
        assertThrows(WireException.class, () -> NlMsgErr.parse(REQUEST));
    }
}
