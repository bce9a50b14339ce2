package org.vkernel.testmodules.property.naming;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * A protocol has one owner at a time, and each of its sockets pins the owner's module; whoever
 * looks at its listeners while it grows or goes reads what is still there.
 */
final class ProtocolsComeAndGo extends KernelProperty<NamingSeen> {
    ProtocolsComeAndGo(Workload<?, NamingSeen> workload) {
        super(33, "a protocol comes and goes without harm", workload);
    }

    @Override
    protected void check(NamingSeen seen, Complaints complaints) {
        seen.calls.forEach(found -> complaints.add(found.kind(), found.detail()));
        seen.left.forEach(found -> complaints.add(found.kind(), found.detail()));
    }
}
