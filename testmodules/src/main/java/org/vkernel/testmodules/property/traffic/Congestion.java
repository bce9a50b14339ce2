package org.vkernel.testmodules.property.traffic;

import java.util.List;
import org.vkernel.testmodules.property.traffic.Receiver.Call;
import org.vkernel.testmodules.property.traffic.Receiver.Overrun;
import org.vkernel.testmodules.property.traffic.Receiver.Reception;

/**
 * When a receiver was congested, as far as its callers can tell: a congestion begins between the
 * begin of a send and its loss, and ends within a recv that leaves the queue empty.
 */
final class Congestion {
    private final Receiver receiver;
    private final List<Sending> sent;

    Congestion(Receiver receiver, List<Sending> sent) {
        this.receiver = receiver;
        this.sent = sent;
    }

    /** Whether it may have been congested at some time from {@code from} to {@code to}. */
    boolean isPossible(int from, int to, Sending but) {
        for (Overrun edge : receiver.overruns) {
            if (edge.first()
                    && edge.sending() != but
                    && edge.sending().begin <= to
                    && !isOverFor(edge, from)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it was congested from {@code from} to {@code to}, whatever the rest did. */
    boolean isSure(int from, int to) {
        for (Overrun edge : receiver.overruns) {
            if (edge.first() && edge.at() < from && !mayHaveEnded(edge.sending().begin, to)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a recv between {@code edge} and {@code time} has surely ended that congestion. */
    private boolean isOverFor(Overrun edge, int time) {
        for (Reception call : receiver.receptions) {
            if (call.call() != Call.ERROR
                    && call.begin() > edge.at()
                    && call.end() < time
                    && surelyEmpties(call)) {
                return true;
            }
        }
        return false;
    }

    private boolean surelyEmpties(Reception call) {
        for (Sending each : sent) {
            if (each.overlaps(call.begin(), call.end())) {
                return false;
            }
        }
        return receiver.deliveredBefore(call.begin()) == receiver.takenUpTo(call.end());
    }

    /** Whether a recv that overlaps the time from {@code from} to {@code to} may have ended one. */
    boolean mayHaveEnded(int from, int to) {
        for (Reception call : receiver.receptions) {
            if (call.call() != Call.ERROR
                    && call.end() > from
                    && call.begin() < to
                    && receiver.deliveredBefore(call.begin()) <= receiver.takenUpTo(call.end())) {
                return true;
            }
        }
        return false;
    }
}
