package org.vkernel.testmodules.property.traffic;

import java.util.List;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Two receivers of a group see any two messages that both get in the same order, where the sends
 * did not overlap; and never twice.
 *
 * <p>It is that of the sends: whatever is sent when another send has returned comes after it.
 */
final class GroupOrder extends KernelProperty<TrafficSeen> {
    GroupOrder(Workload<?, TrafficSeen> workload) {
        super(2, "the receivers of a group see messages in one order, and never twice", workload);
    }

    @Override
    protected void check(TrafficSeen seen, Complaints complaints) {
        for (Receiver receiver : seen.receivers()) {
            List<Sending> taken = receiver.taken();
            for (int i = 0; i < taken.size(); i++) {
                for (int j = i + 1; j < taken.size(); j++) {
                    Sending first = taken.get(i);
                    Sending second = taken.get(j);
                    if (first == second) {
                        complaints.add("twice", receiver + " gets " + first + " twice");
                    } else if (second.end < first.begin) {
                        complaints.add(
                                "in another order",
                                receiver + " gets " + second + " behind " + first);
                    }
                }
            }
        }
    }
}
