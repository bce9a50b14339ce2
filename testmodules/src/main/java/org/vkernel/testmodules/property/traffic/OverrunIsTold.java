package org.vkernel.testmodules.property.traffic;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;
import org.vkernel.testmodules.property.traffic.Receiver.Overrun;
import org.vkernel.testmodules.property.traffic.Receiver.Reception;

/**
 * The first loss of an overrun (the receiver was not congested) is told by {@code ENOBUFS} to the
 * next recv that starts after it, or to a peek or {@code SO_ERROR} before that, once; later losses,
 * until a recv leaves the queue empty, are counted only; overruns with no recv started in between
 * are told once. With {@code NETLINK_NO_ENOBUFS} set before the loss nothing is told. After
 * draining it gets messages again.
 */
final class OverrunIsTold extends KernelProperty<TrafficSeen> {
    OverrunIsTold(Workload<?, TrafficSeen> workload) {
        super(4, "the first loss of an overrun is told by ENOBUFS, once", workload);
    }

    @Override
    protected void check(TrafficSeen seen, Complaints complaints) {
        for (Receiver receiver : seen.receivers()) {
            List<Sending> sent = seen.sentTo(receiver);
            Congestion congestion = new Congestion(receiver, sent);
            checkReports(receiver, complaints);
            checkEdges(receiver, congestion, complaints);
            checkLast(receiver, sent, complaints);
        }
    }

    private static boolean isReport(Reception call) {
        return call.result() == -Errno.ENOBUFS;
    }

    /** Each report has a first loss before it that no earlier report answered. */
    private static void checkReports(Receiver receiver, Complaints complaints) {
        int reports = 0;
        for (Reception call : receiver.receptions) {
            if (!isReport(call)) {
                if (call.result() < 0 && call.result() != -Errno.EAGAIN) {
                    complaints.add("another error", receiver + ": " + Errno.name(-call.result()));
                }
                continue;
            }
            reports++;
            int edges = 0;
            for (Overrun overrun : receiver.overruns) {
                edges += overrun.first() && overrun.sending().begin < call.end() ? 1 : 0;
            }
            if (reports > edges) {
                complaints.add(
                        "told without a first loss",
                        receiver + ": report " + reports + ", with " + edges + " first losses");
            }
        }
    }

    private static void checkEdges(
            Receiver receiver, Congestion congestion, Complaints complaints) {
        Overrun before = null;
        for (Overrun overrun : receiver.overruns) {
            if (!overrun.first()) {
                if (!receiver.spec.noEnobufs()
                        && !congestion.isPossible(
                                overrun.sending().begin, overrun.at(), overrun.sending())) {
                    complaints.add(
                            "a first loss is not told",
                            receiver + " loses " + overrun.sending() + ", not congested");
                }
                continue;
            }
            if (receiver.spec.noEnobufs()) {
                complaints.add("told in spite of NETLINK_NO_ENOBUFS", receiver.toString());
            }
            if (before != null && !congestion.mayHaveEnded(before.sending().begin, overrun.at())) {
                complaints.add(
                        "a later loss is told",
                        receiver + " loses " + overrun.sending() + ", congested");
            }
            if (!isAnswered(receiver, overrun)) {
                complaints.add(
                        "a first loss is not told", receiver + " loses " + overrun.sending());
            }
            before = overrun;
        }
    }

    private static boolean isAnswered(Receiver receiver, Overrun edge) {
        @Nullable Reception next = null;
        for (Reception call : receiver.receptions) {
            if (call.begin() > edge.at() && next == null) {
                next = call;
            }
        }
        if (next == null) {
            return true;
        }
        for (Reception call : receiver.receptions) {
            if (isReport(call)
                    && call.end() > edge.sending().begin
                    && call.begin() <= next.begin()) {
                return true;
            }
        }
        return false;
    }

    /** What it sends to itself when it has drained its socket. */
    private static void checkLast(Receiver receiver, List<Sending> sent, Complaints complaints) {
        for (Sending last : sent) {
            if (last.sender == -1 - receiver.number
                    && receiver.spec.filter() < 0
                    && !receiver.taken().contains(last)) {
                complaints.add(
                        "nothing is got after draining",
                        receiver + ": its own message gave " + last.result);
            }
        }
    }
}
