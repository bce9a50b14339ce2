package org.vkernel.testmodules.property.dispatch;

import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Profile;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * A message to a registered id runs its callback exactly once (queued era: unless its shadow entry
 * could not be allocated), one to an unregistered id never; in the direct era in order per sender,
 * in the queued era in order per id on one CPU.
 */
final class CallbackRuns extends KernelProperty<DispatchSeen> {
    CallbackRuns(Workload<?, DispatchSeen> workload) {
        super(7, "a message to a registered id runs its callback once, in order", workload);
    }

    @Override
    protected void check(DispatchSeen seen, Complaints complaints) {
        seen.strange.forEach(line -> complaints.add("with a message that nobody sent", line));
        for (Call call : seen.calls) {
            int runs = call.invocations.size();
            if (call.result < 0) {
                if (!seen.hasFaults || call.result != -Errno.ENOBUFS || runs != 0) {
                    complaints.add("the send fails", call + " gives " + call.result);
                }
                continue;
            }
            if (runs > 1) {
                complaints.add("twice", call + " runs it " + runs + " times");
            } else if (runs == 1 && !seen.mayBeRegistered(call.id, call.begin, call.end)) {
                complaints.add("not registered", call + " runs a callback");
            } else if (runs == 0
                    && !call.isLost
                    && seen.isSurelyRegistered(call.id, call.begin, call.end)) {
                complaints.add("never", call + " runs no callback");
            }
        }
        for (int i = 0; i < seen.calls.size(); i++) {
            for (int j = i + 1; j < seen.calls.size(); j++) {
                checkOrder(seen, seen.calls.get(i), seen.calls.get(j), complaints);
            }
        }
    }

    private static void checkOrder(
            DispatchSeen seen, Call first, Call second, Complaints complaints) {
        List<Call.Invocation> one = first.invocations;
        List<Call.Invocation> other = second.invocations;
        boolean isOrdered =
                seen.era == Profile.Era.DIRECT
                        ? first.caller == second.caller
                        : first.id.equals(second.id) && first.end < second.begin;
        if (isOrdered
                && !one.isEmpty()
                && !other.isEmpty()
                && one.getFirst().begin() > other.getFirst().begin()) {
            complaints.add(
                    seen.era == Profile.Era.QUEUED && seen.cpus > 1
                            ? "out of order on several CPUs"
                            : "out of order",
                    second + " runs before " + first);
        }
    }
}
