package org.vkernel.testmodules.fuzz;

import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;
import java.util.List;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.netlink.abi.ControlMessage;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.ControlBuffer;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlAttr;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgErr;
import org.vkernel.netlink.wire.SentControl;
import org.vkernel.netlink.wire.Ucred;
import org.vkernel.netlink.wire.WireException;

/**
 * Any bytes through every parser: each takes them or throws {@link WireException}, reads nothing
 * beyond them, and builds what it has read again.
 */
public final class WireFuzz {
    private WireFuzz() {}

    /** What a fuzzer calls. */
    public static void fuzzerTestOneInput(byte[] input) {
        // In the middle of others, so that a read beyond the end finds something.
        byte[] padded = new byte[input.length + 16];
        Arrays.fill(padded, (byte) 0x10);
        System.arraycopy(input, 0, padded, 8, input.length);
        ByteSlice bytes = ByteSlice.of(padded, 8, input.length);
        attempt(() -> messages(bytes));
        attempt(() -> attributes(NlAttr.parseAll(bytes), 0));
        attempt(() -> attributes(NlAttr.walk(bytes), 0));
        attempt(() -> address(bytes));
        attempt(() -> connectorMessage(CnMsg.parse(bytes)));
        attempt(() -> controlRequest(bytes));
        attempt(() -> {
            byte[] built = ProcInput.parse(bytes).toByteArray();
            checkState(Arrays.equals(built, bytes.toByteArray()), "%s", bytes);
        });
        attempt(() -> event(ProcEvent.parse(bytes)));
        control(input);
    }

    private static void attempt(Runnable parse) {
        try {
            parse.run();
        } catch (WireException e) {
            checkState(e.getMessage() != null);
        }
    }

    private static void messages(ByteSlice bytes) {
        List<NlMsg> walked = NlMsg.walk(bytes);
        int length = 0;
        for (NlMsg message : walked) {
            length += message.len();
            message(message);
        }
        checkState(length <= bytes.length(), "%s bytes walked of %s", length, bytes.length());
        checkState(walked.equals(NlMsg.walk(ByteSlice.of(NlMsg.join(walked)))));
        attempt(() -> checkState(NlMsg.parseAll(bytes.toByteArray()).equals(walked)));
        checkState(NlMsg.parse(bytes).equals(walked.getFirst()));
    }

    private static void message(NlMsg message) {
        checkState(NlMsg.parse(message.toByteArray()).equals(message));
        checkState(!message.toString().isEmpty());
        attempt(() -> {
            NlMsgErr answer = NlMsgErr.parse(message);
            checkState(!answer.toString().isEmpty());
            attributes(answer.attributes(), 0);
            int total = answer.request().map(NlMsg::len).orElse(0) + answer.requestFlags();
            total += answer.requestType() + answer.requestPid() + answer.requestLen();
            checkState(answer.message().isEmpty() || total != -1 || answer.error() != 0);
        });
        attempt(() -> attributes(NlAttr.parseAll(message.payload()), 0));
        attempt(() -> connectorMessage(CnMsg.parse(message)));
    }

    private static void attributes(List<NlAttr> attributes, int depth) {
        checkState(attributes.equals(NlAttr.walk(ByteSlice.of(NlAttr.join(attributes)))));
        for (NlAttr attribute : attributes) {
            checkState(!attribute.toString().isEmpty());
            checkState(attribute.string().length() <= attribute.payload().length());
            attempt(() -> checkState(attribute.u32() == attribute.payload().u32(0)));
            checkState(attribute.isNetByteOrder() || attribute.type() <= 0xffff);
            if (depth < 8) {
                attempt(() -> attributes(attribute.nested(), depth + 1));
            }
        }
    }

    private static void address(ByteSlice bytes) {
        NetlinkAddress address = NetlinkAddress.parse(bytes);
        checkState(NetlinkAddress.parse(ByteSlice.of(address.toByteArray())).equals(address));
        checkState(!address.toString().isEmpty());
    }

    private static void connectorMessage(CnMsg message) {
        checkState(message.data().length() == message.len());
        checkState(CnMsg.parse(message.toByteArray()).equals(message));
        checkState(message.copy().equals(message) && message.text().length() <= message.len());
        checkState(!message.toString().isEmpty());
        checkState(CnMsg.parse(message.toNlMsg(1)).equals(message));
        attempt(() -> event(ProcEvent.parse(message)));
        attempt(() -> controlRequest(message.data()));
    }

    private static void controlRequest(ByteSlice bytes) {
        CnCtlMsg request = CnCtlMsg.parse(bytes);
        CnCtlMsg built = CnCtlMsg.of(request.group(), request.idxRequests(), request.valRequests());
        checkState(built.equals(request) && request.copy().equals(request));
        checkState(!request.toString().isEmpty());
    }

    private static void event(ProcEvent event) {
        ProcEvent again = ProcEvent.parse(ByteSlice.of(event.toByteArray()));
        // A name that is no text is not read back as it was.
        checkState(event instanceof ProcEvent.Comm || again.equals(event), "%s", event);
        checkState(again.what() == event.what() && !event.toString().isEmpty());
    }

    private static void control(byte[] input) {
        SentControl sent = SentControl.parse(input);
        checkState(SentControl.parse(SentControl.build(sent.messages())).isWhole());
        ControlBuffer received = new ControlBuffer(input.clone(), input.length);
        for (ControlBuffer.Message message : received.messages()) {
            byte[] data = message.data();
            if (data.length == ControlMessage.UCRED_SIZE) {
                checkState(Arrays.equals(Ucred.parse(data).toBytes(), data));
            }
        }
        ControlBuffer written = new ControlBuffer(input.length % 64);
        for (int i = 0; i < input.length / 16; i++) {
            var _ = written.put(input[i], i, new int[i % 4]);
        }
        checkState(written.used() <= written.size());
        checkState(written.messages().size() <= 1 + written.size() / 16);
    }
}
