package org.vkernel.testmodules.property.naming;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * When all sockets are closed, no port id is taken, no group has listeners, no module is pinned and
 * no socket is listed.
 */
final class NothingIsLeftOfSockets extends KernelProperty<NamingSeen> {
    NothingIsLeftOfSockets(Workload<?, NamingSeen> workload) {
        super(23, "nothing is left of a socket that is closed", workload);
    }

    @Override
    protected void check(NamingSeen seen, Complaints complaints) {
        seen.left.forEach(found -> complaints.add(found.kind(), found.detail()));
    }
}
