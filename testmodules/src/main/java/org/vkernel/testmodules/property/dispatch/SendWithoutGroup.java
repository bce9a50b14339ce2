package org.vkernel.testmodules.property.dispatch;

import org.vkernel.emulator.Errno;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Way;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * {@code cn_netlink_send()} with group 0 goes to the registered group, {@code ENODEV} without a
 * user, {@code ESRCH} without a listener, and allocates nothing then; with an atomic mask it may be
 * called from process and softirq context and under a spinlock, and never sleeps there; in hardirq
 * context only with a group or a port given.
 *
 * <p>N.B. in hardirq context a send to a group may be the last to hold the message, where a
 * receiver on another CPU was faster: then it is freed there, which {@code
 * skb_release_head_state()} warns of. So that is tried on one CPU only.
 */
final class SendWithoutGroup extends KernelProperty<DispatchSeen> {
    SendWithoutGroup(Workload<?, DispatchSeen> workload) {
        super(9, "a send without a group goes to the registered one", workload);
    }

    @Override
    protected void check(DispatchSeen seen, Complaints complaints) {
        for (Announcement each : seen.announcements) {
            if (each.what.kind().isAtomic() && each.hasSlept) {
                complaints.add("an atomic send sleeps", each.toString());
            }
            if (each.what.way() == Way.ID && each.result < 0 && each.allocations != 0) {
                complaints.add(
                        "a failed send allocates",
                        each + " gives " + each.result + ", allocations: " + each.allocations);
            }
            checkResult(seen, each, complaints);
            checkReceivers(seen, each, complaints);
        }
    }

    private static void checkResult(DispatchSeen seen, Announcement each, Complaints complaints) {
        if (each.what.way() != Way.ID) {
            return;
        }
        boolean hasListeners = seen.groups.containsValue(each.what.id().idx());
        boolean isSure = seen.isSurelyRegistered(each.what.id(), each.begin, each.end);
        boolean isPossible = seen.mayBeRegistered(each.what.id(), each.begin, each.end);
        String facts =
                String.format(
                        "%s gives %s, %s a listener",
                        each, Errno.name(-each.result), hasListeners ? "with" : "without");
        switch (each.result) {
            case 0 -> {
                if (!isPossible || !hasListeners) {
                    complaints.add("sent to nobody", facts);
                }
            }
            case -Errno.ENODEV -> {
                if (isSure) {
                    complaints.add("ENODEV though the id is registered", facts);
                }
            }
            case -Errno.ESRCH -> {
                if (!isPossible) {
                    complaints.add("ESRCH though the id is not registered", facts);
                } else if (hasListeners && !seen.hasFaults) {
                    complaints.add(
                            seen.isAddedIn(each.what.id(), each.begin, each.end)
                                    ? "lost while its id is added"
                                    : "ESRCH though there is a listener",
                            facts);
                }
            }
            default -> {
                if (!seen.hasFaults || each.result != -Errno.ENOMEM) {
                    complaints.add("another error", facts);
                }
            }
        }
    }

    private static void checkReceivers(
            DispatchSeen seen, Announcement each, Complaints complaints) {
        for (var listener : seen.groups.entrySet()) {
            boolean isMember = listener.getValue() == each.what.id().idx();
            boolean isNamed = listener.getKey() == each.what.listener();
            boolean wanted =
                    switch (each.what.way()) {
                        case ID -> isMember && each.result == 0;
                        case GROUP -> isMember;
                        case PORT -> isNamed;
                        case BOTH -> isMember || isNamed;
                    };
            int copies = (int) each.receivers.stream().filter(listener.getKey()::equals).count();
            if (each.what.way() == Way.BOTH
                    && isNamed
                    && copies == 0
                    && each.result != -Errno.ENOMEM) {
                complaints.add("the port that is named is left out", each.toString());
            } else if (copies > (wanted ? 1 : 0) || (copies == 0 && wanted && !seen.hasFaults)) {
                complaints.add(
                        "another receiver",
                        each + ": listener " + listener.getKey() + " gets " + copies);
            }
        }
    }
}
