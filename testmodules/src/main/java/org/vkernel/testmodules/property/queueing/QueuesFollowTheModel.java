package org.vkernel.testmodules.property.queueing;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * The first message of an empty queue is taken, others while the budget holds them and the socket
 * is not congested; the first loss is told, once, until the queue has been read empty or the socket
 * does not want to know; errors come before messages; each loss is counted.
 */
final class QueuesFollowTheModel extends KernelProperty<Queues.Seen> {
    QueuesFollowTheModel(Workload<?, Queues.Seen> workload) {
        super(
                28,
                "a receive queue takes, refuses, tells and counts as Linux's rules say",
                workload);
    }

    @Override
    protected void check(Queues.Seen seen, Complaints complaints) {
        for (int i = 0; i < seen.kinds.size(); i++) {
            complaints.add(seen.kinds.get(i), seen.details.get(i));
        }
    }
}
