package org.vkernel.connector.wire;

import static org.vkernel.connector.abi.ProcInputLayout.EVENT_TYPE;
import static org.vkernel.connector.abi.ProcInputLayout.MCAST_OP;
import static org.vkernel.connector.abi.ProcInputLayout.PROC_CN_MCAST_IGNORE;
import static org.vkernel.connector.abi.ProcInputLayout.PROC_CN_MCAST_LISTEN;
import static org.vkernel.connector.abi.ProcInputLayout.SIZE;
import static org.vkernel.connector.abi.ProcInputLayout.SIZE_OLD;

import java.util.OptionalInt;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.WireException;

/**
 * A request to the process-event part: an operation, perhaps with a filter.
 *
 * <p>Models {@code struct proc_input} of 6.6 and later, and the bare operation before; of the
 * direct era. Any context; nothing sleeps.
 *
 * @param mcastOp the operation, {@code PROC_CN_MCAST_LISTEN} for example
 * @param eventType the events to be told of, where the request says so
 */
public record ProcInput(int mcastOp, OptionalInt eventType) {
    /** Tell me of all events. */
    public static ProcInput listen() {
        return new ProcInput(PROC_CN_MCAST_LISTEN, OptionalInt.empty());
    }

    /** Tell me of these events, bits of {@code ProcEventType}; from 6.6 on. */
    public static ProcInput listen(int eventType) {
        return new ProcInput(PROC_CN_MCAST_LISTEN, OptionalInt.of(eventType));
    }

    /** Tell me no more. */
    public static ProcInput ignore() {
        return new ProcInput(PROC_CN_MCAST_IGNORE, OptionalInt.empty());
    }

    /**
     * Reads a request, which must fill the slice.
     *
     * @throws WireException if it is neither of 4 nor of 8 bytes
     */
    public static ProcInput parse(ByteSlice data) {
        return switch (data.length()) {
            case SIZE_OLD -> new ProcInput(data.u32(MCAST_OP), OptionalInt.empty());
            case SIZE -> new ProcInput(data.u32(MCAST_OP), OptionalInt.of(data.u32(EVENT_TYPE)));
            default ->
                    throw new WireException(
                            "a proc_input has %d or %d bytes, not %d"
                                    .formatted(SIZE_OLD, SIZE, data.length()));
        };
    }

    /** The data of the message that asks it. */
    public byte[] toByteArray() {
        byte[] data = new byte[eventType.isPresent() ? SIZE : SIZE_OLD];
        LittleEndian.putU32(data, MCAST_OP, mcastOp);
        if (eventType.isPresent()) {
            LittleEndian.putU32(data, EVENT_TYPE, eventType.getAsInt());
        }
        return data;
    }
}
