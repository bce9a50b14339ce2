package org.vkernel.testmodules.property.traffic;

import org.vkernel.testmodules.property.suite.KernelProperty;

/** A property that does not hold. */
public final class NobodyLoses extends KernelProperty<TrafficSeen> {
    public NobodyLoses() {
        super(99, "nobody loses anything", Traffic.WORKLOAD);
    }

    @Override
    protected void check(TrafficSeen seen, Complaints complaints) {
        for (Receiver receiver : seen.receivers()) {
            if (receiver.drops != 0) {
                complaints.add("lost", receiver + " lost " + receiver.drops);
            }
        }
    }
}
