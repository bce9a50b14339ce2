package org.vkernel.testmodules.property.naming;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Of the connector's groups a process without privilege joins that of process events, where
 * everybody may, and no other.
 *
 * <p>N.B. Linux lets everybody join the odd ones.
 */
final class UsersJoinWhatTheyMay extends KernelProperty<NamingSeen> {
    UsersJoinWhatTheyMay(Workload<?, NamingSeen> workload) {
        super(40, "an unprivileged process joins the group of process events only", workload);
    }

    @Override
    protected void check(NamingSeen seen, Complaints complaints) {
        seen.leftOpen.forEach(found -> complaints.add(found.kind(), found.detail()));
    }
}
