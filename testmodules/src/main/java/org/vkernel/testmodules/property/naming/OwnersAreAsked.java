package org.vkernel.testmodules.property.naming;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Who owns a protocol is asked before a join and told behind a leave, with the group's number, and
 * of each close of a bound socket once.
 */
final class OwnersAreAsked extends KernelProperty<NamingSeen> {
    OwnersAreAsked(Workload<?, NamingSeen> workload) {
        super(22, "a protocol's owner is asked and told of each change of its groups", workload);
    }

    @Override
    protected void check(NamingSeen seen, Complaints complaints) {
        seen.hooks.forEach(found -> complaints.add(found.kind(), found.detail()));
    }
}
