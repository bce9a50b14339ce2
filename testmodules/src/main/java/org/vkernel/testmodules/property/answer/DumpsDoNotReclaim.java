package org.vkernel.testmodules.property.answer;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/** What a read asks for beyond what a part must have, it does not wait for. */
final class DumpsDoNotReclaim extends KernelProperty<AnswersSeen> {
    DumpsDoNotReclaim(Workload<?, AnswersSeen> workload) {
        super(20, "a reader does not wait for memory that it can do without", workload);
    }

    @Override
    protected void check(AnswersSeen seen, Complaints complaints) {
        seen.reclaiming.forEach(line -> complaints.add("a large part may wait for memory", line));
    }
}
