package org.vkernel.testmodules.property.procevent;

import static org.vkernel.connector.abi.ProcEventLayout.EVENT_DATA;

import org.vkernel.connector.abi.ProcEventLayout;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/** Each byte of an event is part of what it tells, or zero. */
final class EventsHoldNothingElse extends KernelProperty<Lives.Seen> {
    EventsHoldNothingElse(Workload<?, Lives.Seen> workload) {
        super(27, "an event holds what it tells, and nothing else", workload);
    }

    @Override
    protected void check(Lives.Seen seen, Complaints complaints) {
        for (Lives.Heard listener : seen.listeners) {
            for (CnMsg message : listener.messages()) {
                ByteSlice data = message.data();
                ProcEvent event = ProcEvent.parse(message);
                boolean isKnown = !(event instanceof ProcEvent.Unknown);
                boolean zero = isKnown && data.length() == ProcEventLayout.SIZE;
                for (int at = own(event); at < data.length() && zero; at++) {
                    zero = data.u8(at) == 0;
                }
                if (!zero || message.flags() != 0) {
                    complaints.add(
                            isKnown ? "bytes that nobody has written" : "an unknown event",
                            event + ": " + data.toHex());
                }
            }
        }
    }

    /** How many bytes are an event's own. */
    private static int own(ProcEvent event) {
        return switch (event) {
            case ProcEvent.Ack ack -> EVENT_DATA + Integer.BYTES;
            case ProcEvent.Exec exec -> EVENT_DATA + 2 * Integer.BYTES;
            case ProcEvent.Sid sid -> EVENT_DATA + 2 * Integer.BYTES;
            case ProcEvent.Comm comm -> ProcEventLayout.COMM + comm.comm().length();
            case ProcEvent.Exit exit -> EVENT_DATA + 6 * Integer.BYTES;
            default -> EVENT_DATA + 4 * Integer.BYTES;
        };
    }
}
