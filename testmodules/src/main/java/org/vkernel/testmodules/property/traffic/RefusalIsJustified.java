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
 * it is congested, it is refused, and so is what exceeds the budget, but for a message alone.
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
                    checkRoom(receiver, fate, complaints);
                } else if ("full".equals(fate.why())) {
                    check(receiver, sent, congestion, fate.sending(), fate.at(), complaints);
                }
            }
            for (Sending each : sent) {
                if (each.receiver == receiver.number && each.result == -Errno.EAGAIN) {
                    if (each.waits()) {
                        complaints.add("given up by who waits as long as it takes", "" + each);
                    }
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

    /**
     * What is queued and stays so while a message is taken: with it, that must be within the
     * budget. Of small messages only, which are never trimmed: their charge is exactly known.
     */
    private static void checkRoom(Receiver receiver, Fate taken, Complaints complaints) {
        if (!taken.sending().isSmall()) {
            return;
        }
        long charged = 0;
        for (Fate other : receiver.fates) {
            if (other.isDelivered()
                    && other.sending().isSmall()
                    && other.at() < taken.sending().begin
                    && takenFrom(receiver, other.sending()) > taken.at()) {
                charged += other.sending().truesize;
            }
        }
        if (charged != 0 && charged + taken.sending().truesize > receiver.rcvbuf) {
            complaints.add(
                    "taken without room",
                    String.format(
                            "%s of %d bytes takes %s of %d, with %d charged",
                            receiver,
                            receiver.rcvbuf,
                            taken.sending(),
                            taken.sending().truesize,
                            charged));
        }
    }

    private static int takenFrom(Receiver receiver, Sending message) {
        for (Reception call : receiver.receptions) {
            if (call.isTaken() && message.equals(call.sending())) {
                return call.begin();
            }
        }
        return Integer.MAX_VALUE;
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
