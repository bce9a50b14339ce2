package org.vkernel.testmodules.property.procevent;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Process events are told if and only if there is an open socket whose last request was for them,
 * and to each member of the group what it asked for; each request is acknowledged to those who are
 * told.
 *
 * <p>N.B. Linux counts requests, not sockets: see {@link ListeningModel}.
 */
final class EventsAreToldWhileSomebodyListens extends KernelProperty<Listening.Seen> {
    EventsAreToldWhileSomebodyListens(Workload<?, Listening.Seen> workload) {
        super(38, "process events are told while somebody listens, and not else", workload);
    }

    @Override
    protected void check(Listening.Seen seen, Complaints complaints) {
        seen.differences.forEach(found -> complaints.add(found.kind(), found.detail()));
    }
}
