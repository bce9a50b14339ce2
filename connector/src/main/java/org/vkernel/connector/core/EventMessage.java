package org.vkernel.connector.core;

import java.util.Arrays;
import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.abi.ProcEventLayout;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnMsgHeader;
import org.vkernel.netlink.wire.ByteSlice;

/** A process event's message while it is put together: one user at a time. */
final class EventMessage {
    private final byte[] bytes = new byte[CnMsgHeader.length(ProcEventLayout.SIZE)];
    private final CnMsg message = CnMsg.over(ByteSlice.of(bytes));

    /** One whose event is all 0. */
    EventMessage() {
        CnMsgHeader.putId(bytes, 0, ConnectorId.CN_IDX_PROC, ConnectorId.CN_VAL_PROC);
    }

    /** Makes the event all 0 again. */
    void clear() {
        Arrays.fill(bytes, CnMsgLayout.SIZE, bytes.length, (byte) 0);
    }

    /** Header and event. */
    byte[] bytes() {
        return bytes;
    }

    /** The message over {@link #bytes}. */
    CnMsg message() {
        return message;
    }
}
