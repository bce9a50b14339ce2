package org.vkernel.testmodules.property.procevent;

import org.vkernel.connector.wire.CnMsg;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * The answer to a request for events has the sequence number of the request, so that whoever asked
 * knows it.
 *
 * <p>N.B. Linux gives it the number of an event: send_msg() writes over the request's.
 */
final class AnswersHaveTheirNumber extends KernelProperty<Lives.Seen> {
    AnswersHaveTheirNumber(Workload<?, Lives.Seen> workload) {
        super(36, "the answer to a request for events has its number", workload);
    }

    @Override
    protected void check(Lives.Seen seen, Complaints complaints) {
        for (Lives.Heard listener : seen.listeners) {
            for (CnMsg answer : listener.answers()) {
                if (answer.seq() != LivesRun.REQUEST) {
                    complaints.add(
                            "it has an event's",
                            String.format("%#x, not %#x", answer.seq(), LivesRun.REQUEST));
                }
            }
        }
    }
}
