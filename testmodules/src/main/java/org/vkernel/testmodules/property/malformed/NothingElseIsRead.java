package org.vkernel.testmodules.property.malformed;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Whatever a process sends to the kernel, it is told that all of it was delivered; a callback gets
 * what is whole and not too long, and nothing else; nothing of it is left when the connector goes,
 * and nothing beyond it is read, which the checkers see.
 */
final class NothingElseIsRead extends KernelProperty<Malformed.Seen> {
    NothingElseIsRead(Workload<?, Malformed.Seen> workload) {
        super(32, "whatever is sent to the kernel does it no harm", workload);
    }

    @Override
    protected void check(Malformed.Seen seen, Complaints complaints) {
        seen.results.forEach(line -> complaints.add("a send has another result", line));
        if (seen.called != seen.due) {
            complaints.add(
                    seen.called < seen.due
                            ? "a message is not handed over that is whole"
                            : "a message is handed over that is not whole, or too long",
                    seen.called + " are handed over of " + seen.due);
        }
        if (seen.liveSkbs != 0) {
            complaints.add("sk_buffs are left", seen.liveSkbs + " of them");
        }
    }
}
