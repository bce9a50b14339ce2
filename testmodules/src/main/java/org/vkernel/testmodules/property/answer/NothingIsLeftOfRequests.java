package org.vkernel.testmodules.property.answer;

import org.vkernel.testmodules.property.answer.AnswersSeen.DumpState;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * A dump that began is ended once, by its last part or by the close of its socket, in process
 * context; one that could not start has no parts and no end. When all sockets are closed no module
 * is pinned and no sk_buff is left.
 */
final class NothingIsLeftOfRequests extends KernelProperty<AnswersSeen> {
    NothingIsLeftOfRequests(Workload<?, AnswersSeen> workload) {
        super(19, "nothing is left of a request when its socket is closed", workload);
    }

    @Override
    protected void check(AnswersSeen seen, Complaints complaints) {
        for (DumpState state : seen.dumps.values()) {
            int began = state.starts - state.failedStarts;
            if (state.failedStarts > 0 && (state.fills > 0 || state.dones > 0)) {
                complaints.add("a dump goes on that could not start", state.toString());
            } else if (state.dones != began) {
                complaints.add(
                        state.dones < began ? "a dump is not ended" : "a dump is ended twice",
                        state.toString());
            }
            if (state.donesInInterrupt > 0) {
                complaints.add("a dump is ended in interrupt context", state.toString());
            }
        }
        if (seen.dumpPins != 0 || seen.leastDumpPins < 0) {
            complaints.add("the module of dumps is pinned wrong", seen.dumpPins + " times");
        }
        if (seen.ownerPins != 0) {
            complaints.add("the protocol's module is pinned wrong", seen.ownerPins + " times");
        }
        if (seen.liveSkbs != 0) {
            complaints.add("sk_buffs are left", seen.liveSkbs + " of them");
        }
    }
}
