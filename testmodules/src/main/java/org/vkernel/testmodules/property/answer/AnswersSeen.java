package org.vkernel.testmodules.property.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.testmodules.property.answer.AnswerAction.Kind;
import org.vkernel.testmodules.property.answer.AnswerAction.Request;

/** What a run of {@link Answers} showed. */
final class AnswersSeen {
    /** Something that a socket's owner did or saw, in its order. */
    sealed interface Event {}

    /**
     * Requests were sent.
     *
     * @param result what the send returned
     * @param polite whether nothing could be queued then, and nobody but the kernel sends
     * @param capable whether the privileged requests among them must be granted
     */
    record Asked(List<Request> requests, int result, boolean polite, boolean capable)
            implements Event {}

    /**
     * A message was read.
     *
     * @param groups the mask of the group that it was sent to
     */
    record Heard(NlMsg message, int groups) implements Event {}

    /** A read failed, or was cut, which is {@link #CUT}. */
    record Failed(int error) implements Event {}

    /** No message and no error was left. */
    record Drained() implements Event {}

    /** What a reader's buffer could not take. */
    static final int CUT = -Errno.EMSGSIZE;

    /** A socket from its open to its close. */
    static final class Session {
        final int portid;
        final int group;

        /** Whether more may be sent to it at once than it has room for. */
        boolean small;

        /** Whether its options may have been set. */
        final boolean hasOptions;

        /** Times: before it was opened, when it was a member, and behind its close. */
        final long opened;

        final long joined;
        long closed = Long.MAX_VALUE;

        /** When the last read began that found nothing. */
        long foundEmpty;

        /** Whether an allocation of its own has been made to fail. */
        boolean wasShort;

        final List<Event> events = new ArrayList<>();

        Session(
                int portid,
                int group,
                boolean small,
                long opened,
                long joined,
                boolean hasOptions) {
            this.hasOptions = hasOptions;
            this.portid = portid;
            this.group = group;
            this.small = small;
            this.opened = opened;
            this.joined = joined;
        }

        /** Whether all that came before its close was read. */
        boolean isDrained() {
            return !events.isEmpty() && events.getLast() instanceof Drained;
        }

        /** Whether nothing of it may be lost. */
        boolean isAmple() {
            return !small && !wasShort;
        }

        /** Whether a loss was told behind an event: a read failed for it. */
        boolean wasLossTold(int from) {
            return events.subList(from, events.size()).stream()
                    .anyMatch(e -> e instanceof Failed f && f.error() == -Errno.ENOBUFS);
        }

        @Override
        public String toString() {
            return "port " + portid + (small ? ", small" : "") + ": " + events;
        }
    }

    /** A notification: {@link #began} and {@link #ended} are times, as a session's. */
    static final class Notified {
        final int group;
        final int reportTo;
        final long began;
        long ended = Long.MAX_VALUE;

        /** Whether an allocation failed meanwhile, in the call that notifies. */
        boolean wasShort;

        Notified(int group, int reportTo, long began) {
            this.group = group;
            this.reportTo = reportTo;
            this.began = began;
        }
    }

    /** A dump that was asked for. */
    static final class DumpState {
        final Request request;
        int starts;
        int failedStarts;
        int fills;
        int dones;
        int donesInInterrupt;
        int changes;
        int version;

        DumpState(Request request) {
            this.request = request;
        }

        @Override
        public String toString() {
            return request
                    + ": "
                    + starts
                    + " starts, "
                    + failedStarts
                    + " of them failed, "
                    + fills
                    + " parts, "
                    + dones
                    + " ends, "
                    + donesInInterrupt
                    + " of them in interrupt context";
        }
    }

    final List<Session> sessions = new ArrayList<>();
    final Map<Integer, Notified> notified = new TreeMap<>();
    final Map<Integer, DumpState> dumps = new TreeMap<>();
    final List<String> reclaiming = new ArrayList<>();
    int dumpPins;
    int leastDumpPins;
    int ownerPins;
    long liveSkbs;

    /** How long a request is, behind its header. */
    static int payloadBytes(Request request) {
        return request.number() % 4 * Integer.BYTES;
    }

    /** What a handler is to answer to a request that is no dump; a notification's is always 0. */
    static int expected(Request request, boolean capable) {
        return request.kind() == Kind.PRIVILEGED && !capable ? -Errno.EPERM : request.error();
    }
}
