package org.vkernel.testmodules.property.traffic;

import java.util.HashMap;
import java.util.Map;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/** Messages from one sender to one receiver arrive in the order sent. */
final class SenderOrder extends KernelProperty<TrafficSeen> {
    SenderOrder(Workload<?, TrafficSeen> workload) {
        super(1, "messages from one sender to one receiver arrive in the order sent", workload);
    }

    @Override
    protected void check(TrafficSeen seen, Complaints complaints) {
        for (Receiver receiver : seen.receivers()) {
            Map<Integer, Sending> last = new HashMap<>();
            for (Sending taken : receiver.taken()) {
                Sending before = last.put(taken.sender, taken);
                if (before != null && before.begin > taken.begin) {
                    complaints.add(
                            "out of order", receiver + " gets " + taken + " after " + before);
                }
            }
        }
    }
}
