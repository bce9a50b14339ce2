package org.vkernel.testmodules.property.procevent;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Who asks for process events, or for no more of them, gets an answer.
 *
 * <p>N.B. Linux answers nobody while nobody listens, nor a socket that has just asked for no more.
 */
final class RequestsAreAnswered extends KernelProperty<Lives.Seen> {
    RequestsAreAnswered(Workload<?, Lives.Seen> workload) {
        super(37, "who asks for process events, or for no more, is answered", workload);
    }

    @Override
    protected void check(Lives.Seen seen, Complaints complaints) {
        for (Lives.Heard listener : seen.listeners) {
            if (!listener.listens()) {
                continue;
            }
            if (listener.answers().isEmpty()) {
                complaints.add("a LISTEN has no answer", "");
            }
            if (listener.farewells().isEmpty()) {
                complaints.add("an IGNORE has no answer", "");
            } else if (listener.farewells().size() > 1) {
                complaints.add("several answers", listener.farewells().toString());
            }
        }
    }
}
