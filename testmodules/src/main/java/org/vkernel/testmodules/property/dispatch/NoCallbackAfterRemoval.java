package org.vkernel.testmodules.property.dispatch;

import org.vkernel.emulator.Profile;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Callbacks after {@code cn_del_callback()} has returned: never in the queued era; in the direct
 * era only one that had been looked up before.
 */
final class NoCallbackAfterRemoval extends KernelProperty<DispatchSeen> {
    NoCallbackAfterRemoval(Workload<?, DispatchSeen> workload) {
        super(8, "no callback runs when its removal has returned", workload);
    }

    @Override
    protected void check(DispatchSeen seen, Complaints complaints) {
        for (Call call : seen.calls) {
            for (Call.Invocation run : call.invocations) {
                int removed = run.registration().delEnd;
                if (run.end() < removed) {
                    continue;
                }
                boolean wasLookedUp = seen.era == Profile.Era.DIRECT && call.begin < removed;
                complaints.add(
                        wasLookedUp ? "one that was looked up before" : "any",
                        call + " runs a callback that is removed");
            }
        }
    }
}
