package org.vkernel.testmodules.property.procevent;

import static org.vkernel.connector.abi.ProcInputLayout.PROC_CN_MCAST_IGNORE;
import static org.vkernel.connector.abi.ProcInputLayout.PROC_CN_MCAST_LISTEN;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.connector.abi.ProcEventType;
import org.vkernel.connector.abi.ProcInputLayout;
import org.vkernel.emulator.Errno;

/**
 * Who listens to process events: as it should be, and as Linux counts, so that the one can be told
 * from the other.
 *
 * <p>Linux counts requests. Up to 6.5 each LISTEN counts one more and each IGNORE one less, whoever
 * asks. From 6.6 on a socket remembers its last request, one that means nothing as well: an IGNORE
 * behind that takes off a listener that never was one, and a LISTEN behind it counts once more. A
 * socket that closes stays counted.
 */
final class ListeningModel {
    /** No answer. */
    static final int SILENT = -1;

    private final boolean isPerSocket;
    private final List<Member> open = new ArrayList<>();

    /** As Linux counts. */
    private int count;

    /** The same, but that a socket which closes takes along what it has counted. */
    private int countOfOpen;

    ListeningModel(boolean isPerSocket) {
        this.isPerSocket = isPerSocket;
    }

    /** A socket, in the group or not. */
    static final class Member {
        private final boolean isMember;
        private boolean listens;
        private boolean hasAsked;
        private int operation;
        private int events;
        private int counted;

        private Member(boolean isMember) {
            this.isMember = isMember;
        }
    }

    Member open(boolean member) {
        Member made = new Member(member);
        open.add(made);
        return made;
    }

    void close(Member member) {
        open.remove(member);
        countOfOpen -= member.counted;
    }

    /** What a request is answered with: 0, a positive error number, or {@link #SILENT}. */
    int ask(Member member, ListeningAction.Ask asked) {
        boolean isLong = asked.bytes() == ProcInputLayout.SIZE;
        if (asked.bytes() != ProcInputLayout.SIZE_OLD && !(isLong && isPerSocket)) {
            return SILENT;
        }
        if (!isPerSocket && asked.user()) {
            return Errno.EPERM;
        }
        boolean repeats = isPerSocket && asked.operation() == member.operation;
        boolean isFirst = !member.hasAsked;
        int events = isLong ? asked.events() & ProcEventType.PROC_EVENT_ALL : 0;
        member.hasAsked = true;
        member.operation = asked.operation();
        member.events = events == 0 ? ProcEventType.PROC_EVENT_ALL : events;
        switch (asked.operation()) {
            case PROC_CN_MCAST_LISTEN -> {
                member.listens = true;
                count(member, isFirst || !repeats ? 1 : 0);
            }
            case PROC_CN_MCAST_IGNORE -> {
                member.listens = false;
                count(member, repeats || (isFirst && isPerSocket) ? 0 : -1);
            }
            default -> {
                return Errno.EINVAL;
            }
        }
        return 0;
    }

    private void count(Member member, int more) {
        member.counted += more;
        countOfOpen += more;
        count += more;
    }

    /** Whether events should be told. */
    boolean isListenedTo() {
        return open.stream().anyMatch(member -> member.listens);
    }

    /** Whether Linux tells them. */
    boolean isCounted() {
        return count >= 1;
    }

    /** Whether Linux would, if a socket that closes did not stay counted. */
    boolean isOpenCounted() {
        return countOfOpen >= 1;
    }

    /** Whether a socket is told of an event, of an answer if {@code what} is 0, if any are told. */
    boolean isTold(Member member, int what, int exitCode) {
        if (!member.isMember || !isPerSocket || !member.hasAsked) {
            return member.isMember;
        }
        if (member.operation == PROC_CN_MCAST_IGNORE) {
            return false;
        }
        return member.events == ProcEventType.PROC_EVENT_ALL
                || (member.events & what) != 0
                || ((member.events & ProcEventType.PROC_EVENT_NONZERO_EXIT) != 0
                        && what == ProcEventType.PROC_EVENT_EXIT
                        && exitCode != 0);
    }
}
