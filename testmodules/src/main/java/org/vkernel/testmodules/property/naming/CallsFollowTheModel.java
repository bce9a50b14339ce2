package org.vkernel.testmodules.property.naming;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Each call on a socket has the result that the model has, and leaves the name, the peer and the
 * groups that it has.
 */
final class CallsFollowTheModel extends KernelProperty<NamingSeen> {
    CallsFollowTheModel(Workload<?, NamingSeen> workload) {
        super(21, "a call does what Linux's rules of names and groups say", workload);
    }

    @Override
    protected void check(NamingSeen seen, Complaints complaints) {
        seen.calls.forEach(found -> complaints.add(found.kind(), found.detail()));
    }
}
