package org.vkernel.testmodules.property.traffic;

import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;
import org.vkernel.testmodules.property.traffic.Receiver.Fate;
import org.vkernel.testmodules.property.traffic.Receiver.Reception;

/**
 * A message is refused only if at that moment the receiver was congested, or its charge (that of
 * senders in the act included) plus the message exceeded {@code rcvbuf}, or a clone failed. While
 * it is congested, it is refused.
 */
final class RefusalIsJustified extends KernelProperty<TrafficSeen> {
    RefusalIsJustified(Workload<?, TrafficSeen> workload) {
        super(5, "a message is refused only by who is congested or full", workload);
    }

    @Override
    protected void check(TrafficSeen seen, Complaints complaints) {
        for (Receiver receiver : seen.receivers()) {
            List<Sending> sent = seen.sentTo(receiver);
            Congestion congestion = new Congestion(receiver, sent);
            for (Fate fate : receiver.fates) {
                if ("no memory".equals(fate.why()) && !seen.hasFaults) {
                    complaints.add("for want of memory that is there", fate.toString());
                }
                if (fate.isDelivered()) {
                    checkTaken(receiver, congestion, fate, complaints);
                } else if ("full".equals(fate.why())) {
                    check(receiver, sent, congestion, fate.sending(), fate.at(), complaints);
                }
            }
            for (Sending each : sent) {
                if (each.receiver == receiver.number && each.result == -Errno.EAGAIN) {
                    check(receiver, sent, congestion, each, each.end, complaints);
                }
            }
        }
    }

    /** The other way round: whoever is congested takes nothing. */
    private static void checkTaken(
            Receiver receiver, Congestion congestion, Fate fate, Complaints complaints) {
        if (congestion.isSure(fate.sending().begin, fate.at())) {
            complaints.add("congested, it takes more", receiver + " takes " + fate.sending());
        }
    }

    private static void check(
            Receiver receiver,
            List<Sending> sent,
            Congestion congestion,
            Sending refused,
            int at,
            Complaints complaints) {
        if (congestion.isPossible(refused.begin, at, refused)) {
            return;
        }
        long others = 0;
        for (Sending other : sent) {
            if (other != refused
                    && other.begin < at
                    && chargedUntil(receiver, other) > refused.begin) {
                others += other.truesize;
            }
        }
        if (others == 0 || others + refused.truesize <= receiver.rcvbuf) {
            complaints.add(
                    "refused with room",
                    String.format(
                            "%s of %d bytes refuses %s of %d, with at most %d charged",
                            receiver, receiver.rcvbuf, refused, refused.truesize, others));
        }
    }

    /** Until when a message may count against the receiver's budget. */
    private static int chargedUntil(Receiver receiver, Sending other) {
        for (Reception call : receiver.receptions) {
            if (call.isTaken() && call.sending() == other) {
                return Math.max(call.end(), other.end); // the sender may hold it for longer
            }
        }
        for (Fate fate : receiver.fates) {
            if (fate.sending() == other && !fate.isDelivered()) {
                return fate.at();
            }
        }
        return other.isToldRefused(receiver) ? other.end : Integer.MAX_VALUE;
    }
}
