package org.vkernel.testmodules.property.answer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.testmodules.property.answer.AnswerAction.Request;
import org.vkernel.testmodules.property.answer.AnswersSeen.DumpState;
import org.vkernel.testmodules.property.answer.AnswersSeen.Failed;
import org.vkernel.testmodules.property.answer.AnswersSeen.Session;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * A dump tells each entry once, in order, and its end once, with the filler's error; it is never
 * acknowledged. One that cannot start, or has no first part, is answered with that error alone, and
 * one while another is under way with EBUSY. Each part fits the buffer that the asker reads with.
 * Something is missing only where memory or room was, and then the asker is told. Each change of
 * what is told, from part to part, is marked.
 */
final class DumpsAreWhole extends KernelProperty<AnswersSeen> {
    DumpsAreWhole(Workload<?, AnswersSeen> workload) {
        super(17, "a dump is whole, or its asker is told", workload);
    }

    @Override
    protected void check(AnswersSeen seen, Complaints complaints) {
        for (Session session : seen.sessions) {
            List<Answered> before = new ArrayList<>();
            for (Answered answered : Answered.of(session)) {
                if (answered.isDump()) {
                    String wrong = wrong(answered, before);
                    if (wrong != null) {
                        complaints.add(wrong, answered.toString());
                    } else if (answered.isEnded()) {
                        checkMarks(seen, answered, complaints);
                    }
                    checkErrorIsTheEnd(answered, before, complaints);
                    before.add(answered);
                }
            }
            if (session.events.stream()
                    .anyMatch(e -> e instanceof Failed f && f.error() == AnswersSeen.CUT)) {
                complaints.add("a part does not fit the reader's buffer", session.toString());
            }
            if (session.isAmple() && session.wasLossTold(0)) {
                complaints.add("a loss is told where nothing can be lost", session.toString());
            }
        }
    }

    private static @Nullable String wrong(Answered answered, List<Answered> before) {
        Request request = answered.request();
        List<Integer> errors = answered.errors();
        if (errors.size() > 1) {
            return "answered with more than one error";
        }
        boolean ended = false;
        int told = 0;
        for (NlMsg message : answered.messages()) {
            if (message.type() == NlmsgType.NLMSG_ERROR) {
                continue;
            }
            if ((message.flags() & NlmFlag.NLM_F_MULTI) == 0 || ended) {
                return ended ? "more behind the end" : "a part that is not marked as one";
            }
            if (message.type() == NlmsgType.NLMSG_DONE) {
                ended = true;
                if (message.payload().u32(0) != request.end()) {
                    return "ended with another error";
                }
            } else if (message.type() != Service.TYPE
                    || message.payload().length() != request.bytes()
                    || message.payload().u8(0) != told++) {
                return "an entry is missing, or told twice";
            }
        }
        if (ended && told != request.size()) {
            return "ended before all was told";
        }
        if (!errors.isEmpty()) {
            return wrongError(answered, before, errors.getFirst(), told != 0 || ended);
        }
        if (request.error() != 0 && (told != 0 || ended)) {
            return "goes on although it could not start";
        }
        boolean isOver = ended || !answered.session().isDrained();
        return isOver || answered.isLossTold() ? null : "no end, and nobody was told";
    }

    private static @Nullable String wrongError(
            Answered answered, List<Answered> before, int error, boolean goesOn) {
        if (error == 0) {
            return "acknowledged";
        }
        if (error == -Errno.ENOBUFS) {
            return answered.mayLack() ? null : "memory is missing where there is enough";
        }
        if (goesOn) {
            return "goes on although it was refused";
        }
        if (error == -Errno.EBUSY) {
            return before.stream().allMatch(other -> isOver(other, answered.at()))
                    ? "refused although no other one is under way"
                    : null;
        }
        return error == answered.request().error() ? null : "refused with another error";
    }

    /** Whether a dump was certainly over, or never began, when another one was asked for. */
    private static boolean isOver(Answered other, int at) {
        return other.isEndedBefore(at)
                || other.errors().stream().anyMatch(error -> error != -Errno.ENOBUFS)
                || other.request().error() != 0;
    }

    /**
     * An answer with an error is all that comes of a dump, and the next one is free to begin.
     *
     * <p>N.B. in Linux one whose first part fails goes on.
     */
    private static void checkErrorIsTheEnd(
            Answered answered, List<Answered> before, Complaints complaints) {
        List<Integer> errors = answered.errors();
        if (errors.contains(-Errno.ENOBUFS) && answered.messages().size() > errors.size()) {
            complaints.add("goes on behind its error", answered.toString());
        }
        if (errors.contains(-Errno.EBUSY)
                && before.stream()
                        .allMatch(other ->
                                isOver(other, answered.at())
                                        || other.errors().contains(-Errno.ENOBUFS))
                && before.stream().anyMatch(other -> other.errors().contains(-Errno.ENOBUFS))) {
            complaints.add("refused for one that has failed", answered.toString());
        }
    }

    private static void checkMarks(AnswersSeen seen, Answered answered, Complaints complaints) {
        DumpState state = seen.dumps.get(answered.request().number());
        long marks =
                answered.messages().stream()
                        .filter(m -> (m.flags() & NlmFlag.NLM_F_DUMP_INTR) != 0)
                        .count();
        if (state != null && marks != state.changes) {
            complaints.add(
                    marks < state.changes ? "a change is not marked" : "marked without a change",
                    state.changes + " changes: " + answered);
        }
    }
}
