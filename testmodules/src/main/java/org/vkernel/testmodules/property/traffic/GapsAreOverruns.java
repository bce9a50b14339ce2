package org.vkernel.testmodules.property.traffic;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;
import org.vkernel.testmodules.property.traffic.Receiver.Fate;
import org.vkernel.testmodules.property.traffic.Receiver.Overrun;

/**
 * What a receiver gets is a subsequence of what was sent, and every gap lies within an overrun,
 * from the first refusal to the recv that left the queue empty (with {@code NETLINK_NO_ENOBUFS}:
 * gaps are single refusals).
 */
final class GapsAreOverruns extends KernelProperty<TrafficSeen> {
    GapsAreOverruns(Workload<?, TrafficSeen> workload) {
        super(6, "what arrives was sent so, and every gap lies within an overrun", workload);
    }

    @Override
    protected void check(TrafficSeen seen, Complaints complaints) {
        for (Receiver receiver : seen.receivers()) {
            for (String strange : receiver.strange) {
                complaints.add("never sent", receiver + " gets " + strange);
            }
            List<Sending> sent = seen.sentTo(receiver);
            List<Sending> missing = new ArrayList<>(sent);
            missing.removeAll(receiver.taken());
            Congestion congestion = new Congestion(receiver, sent);
            int purged = receiver.unread;
            for (Sending gap : missing) {
                Fate fate = fateOf(receiver, gap);
                if (gap.isToldRefused(receiver) || (fate != null && "filter".equals(fate.why()))) {
                    continue;
                }
                boolean isRefusedToKernel = gap.isRefusedToKernel(receiver);
                if (!isRefusedToKernel && (fate == null || fate.isDelivered())) {
                    purged--;
                    if (purged < 0) {
                        complaints.add("a gap without a refusal", receiver + " misses " + gap);
                    }
                } else if (!receiver.spec.noEnobufs()
                        && !isFirst(receiver, gap)
                        && !congestion.isPossible(
                                gap.begin, fate == null ? gap.end : fate.at(), gap)) {
                    complaints.add("a gap outside of an overrun", receiver + " misses " + gap);
                }
            }
        }
    }

    private static @Nullable Fate fateOf(Receiver receiver, Sending sending) {
        for (Fate fate : receiver.fates) {
            if (fate.sending() == sending) {
                return fate;
            }
        }
        return null;
    }

    private static boolean isFirst(Receiver receiver, Sending sending) {
        for (Overrun overrun : receiver.overruns) {
            if (overrun.sending() == sending && overrun.first()) {
                return true;
            }
        }
        return false;
    }
}
