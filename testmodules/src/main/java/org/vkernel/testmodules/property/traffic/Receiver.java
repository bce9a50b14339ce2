package org.vkernel.testmodules.property.traffic;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A receiving socket, and all that was seen of it. */
final class Receiver {
    private static final int FIRST_PORTID = 101;

    /** What a call on the socket was. */
    enum Call {
        RECV,
        PEEK,
        ERROR
    }

    /**
     * A call on the socket.
     *
     * @param sending what it got, or null
     * @param result how many bytes, or a negative errno
     */
    record Reception(Call call, int begin, int end, int result, @Nullable Sending sending) {
        boolean isTaken() {
            return call == Call.RECV && result >= 0;
        }
    }

    /**
     * What the kernel did with a copy.
     *
     * @param why why it was dropped; null if it was queued
     */
    record Fate(Sending sending, int at, @Nullable String why) {
        boolean isDelivered() {
            return why == null;
        }
    }

    /**
     * The kernel counted a loss.
     *
     * @param first whether it says that a congestion began with it
     */
    record Overrun(Sending sending, int at, boolean first) {}

    final int number;
    final TrafficAction.Receive spec;
    final List<Reception> receptions = new ArrayList<>();
    final List<Fate> fates = new ArrayList<>();
    final List<Overrun> overruns = new ArrayList<>();

    /** What its receive buffer is, as the kernel says. */
    int rcvbuf;

    /** Its drop counter, when all was over. */
    int drops;

    /** How many messages were freed with it. */
    int unread;

    /** What it got that nobody sent so, a line each. */
    final List<String> strange = new ArrayList<>();

    Receiver(TrafficAction.Receive spec) {
        this.number = spec.number();
        this.spec = spec;
    }

    int portid() {
        return portid(number);
    }

    static int portid(int receiver) {
        return FIRST_PORTID + receiver;
    }

    /** What it took, in order. */
    List<Sending> taken() {
        List<Sending> taken = new ArrayList<>();
        for (Reception reception : receptions) {
            if (reception.isTaken() && reception.sending != null) {
                taken.add(reception.sending);
            }
        }
        return taken;
    }

    int takenUpTo(int time) {
        int count = 0;
        for (Reception reception : receptions) {
            count += reception.isTaken() && reception.end <= time ? 1 : 0;
        }
        return count;
    }

    int deliveredBefore(int time) {
        int count = 0;
        for (Fate fate : fates) {
            count += fate.isDelivered() && fate.at < time ? 1 : 0;
        }
        return count;
    }

    @Override
    public String toString() {
        return "receiver " + number;
    }
}
