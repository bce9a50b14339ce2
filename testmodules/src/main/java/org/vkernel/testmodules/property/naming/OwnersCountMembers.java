package org.vkernel.testmodules.property.naming;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Who owns a protocol can count its members: for each group of a socket it has been asked to bind
 * once more than told of an unbind, for any other as often.
 *
 * <p>N.B. Linux asks and tells of joins and leaves that change nothing, and of none that a bind
 * makes by leaving groups out.
 */
final class OwnersCountMembers extends KernelProperty<NamingSeen> {
    OwnersCountMembers(Workload<?, NamingSeen> workload) {
        super(39, "a protocol's owner is told of each member once", workload);
    }

    @Override
    protected void check(NamingSeen seen, Complaints complaints) {
        seen.unbalanced.forEach(found -> complaints.add(found.kind(), found.detail()));
    }
}
