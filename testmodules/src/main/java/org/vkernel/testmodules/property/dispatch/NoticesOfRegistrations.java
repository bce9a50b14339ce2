package org.vkernel.testmodules.property.dispatch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Ask;
import org.vkernel.testmodules.property.dispatch.DispatchSeen.Change;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * For each stored request whose ranges hold the id, exactly one notice is sent for each successful
 * registration and each call of {@code cn_del_callback()}, in the order of those calls where they
 * did not overlap.
 */
final class NoticesOfRegistrations extends KernelProperty<DispatchSeen> {
    NoticesOfRegistrations(Workload<?, DispatchSeen> workload) {
        super(11, "each request is told of each registration and removal once", workload);
    }

    @Override
    protected void check(DispatchSeen seen, Complaints complaints) {
        for (Ask ask : seen.asks) {
            List<Change> wanted = new ArrayList<>();
            for (Change change : seen.changes) {
                if (isIn(ask.idx(), change.id().idx()) && isIn(ask.val(), change.id().val())) {
                    wanted.add(change);
                }
            }
            check(
                    seen.hasFaults,
                    ask,
                    wanted,
                    seen.notices.getOrDefault(ask, List.of()),
                    complaints);
        }
    }

    /** In whole numbers: a range that reaches beyond the greatest ends there. */
    private static boolean isIn(CnNotifyReq range, int number) {
        long ahead = Integer.toUnsignedLong(number) - Integer.toUnsignedLong(range.first());
        return ahead >= 0 && ahead < Integer.toUnsignedLong(range.range());
    }

    private static void check(
            boolean mayLose,
            Ask ask,
            List<Change> wanted,
            List<CnMsg> heard,
            Complaints complaints) {
        List<Change> told = new ArrayList<>();
        List<Change> left = new ArrayList<>(wanted);
        for (CnMsg notice : heard) {
            Change change = earliest(left, notice.id(), notice.ack(), mayLose ? told : List.of());
            if (change == null) {
                complaints.add("of what nobody did", ask + " hears " + notice);
                return;
            }
            left.remove(change);
            told.add(change);
        }
        if (!left.isEmpty() && !mayLose) {
            complaints.add("not told", ask + " does not hear of " + left);
        }
        for (int i = 0; i < told.size(); i++) {
            for (int j = i + 1; j < told.size(); j++) {
                if (told.get(j).end() < told.get(i).begin()) {
                    complaints.add(
                            "out of order",
                            ask + " hears of " + told.get(i) + " before " + told.get(j));
                }
            }
        }
    }

    /**
     * The earliest that a notice can be of.
     *
     * @param told what was told before, where notices may be lost: then it is of one that comes
     *     after these, if there is one
     */
    private static @Nullable Change earliest(
            List<Change> changes, CbId id, int event, List<Change> told) {
        Change first = null;
        for (Change change : changes) {
            if (change.id().equals(id) && change.event() == event) {
                first = first == null ? change : first;
                if (told.stream().allMatch(before -> before.begin() <= change.end())) {
                    return change;
                }
            }
        }
        return first;
    }
}
