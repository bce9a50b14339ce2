package org.vkernel.testmodules.property.traffic;

import java.util.List;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Per receiver: copies addressed = taken by recv + still queued + purged at close + refused. Of the
 * refused, the drop counter counts all but those whose sender was told (a process's unicast: {@code
 * EAGAIN}) and those that a filter took.
 */
final class Accounting extends KernelProperty<TrafficSeen> {
    Accounting(Workload<?, TrafficSeen> workload) {
        super(3, "each copy addressed to a receiver is taken, purged or refused", workload);
    }

    @Override
    protected void check(TrafficSeen seen, Complaints complaints) {
        for (Receiver receiver : seen.receivers()) {
            checkSums(seen, receiver, complaints);
            checkFates(seen, receiver, complaints);
        }
    }

    private static void checkSums(TrafficSeen seen, Receiver receiver, Complaints complaints) {
        int addressed = 0;
        int told = 0;
        for (Sending sent : seen.sentTo(receiver)) {
            addressed++;
            told += sent.isToldRefused(receiver) ? 1 : 0;
        }
        int filtered = 0;
        for (Receiver.Fate fate : receiver.fates) {
            filtered += "filter".equals(fate.why()) ? 1 : 0;
        }
        int taken = 0;
        for (Receiver.Reception reception : receiver.receptions) {
            taken += reception.isTaken() ? 1 : 0;
        }
        if (addressed != taken + receiver.unread + receiver.drops + told + filtered) {
            complaints.add(
                    "the sum is wrong",
                    String.format(
                            "%s: %d addressed; %d taken, %d purged, %d counted as dropped, %d"
                                    + " refused with EAGAIN, %d filtered",
                            receiver,
                            addressed,
                            taken,
                            receiver.unread,
                            receiver.drops,
                            told,
                            filtered));
        }
        if (filtered != 0 && receiver.spec.filter() != 0) {
            complaints.add("filtered without a filter", receiver + ": " + filtered);
        }
    }

    private static void checkFates(TrafficSeen seen, Receiver receiver, Complaints complaints) {
        List<Sending> sentTo = seen.sentTo(receiver);
        for (Receiver.Fate fate : receiver.fates) {
            if (!sentTo.contains(fate.sending())) {
                complaints.add("not addressed to it", receiver + " is offered " + fate.sending());
            }
        }
    }
}
