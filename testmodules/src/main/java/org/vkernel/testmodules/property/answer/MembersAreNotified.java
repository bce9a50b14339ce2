package org.vkernel.testmodules.property.answer;

import org.vkernel.testmodules.property.answer.AnswersSeen.Heard;
import org.vkernel.testmodules.property.answer.AnswersSeen.Notified;
import org.vkernel.testmodules.property.answer.AnswersSeen.Session;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * A notification comes once to each member of its group, and to who asked for it if it is to be
 * told; to nobody else.
 */
final class MembersAreNotified extends KernelProperty<AnswersSeen> {
    MembersAreNotified(Workload<?, AnswersSeen> workload) {
        super(18, "a notification comes once to each that it is for", workload);
    }

    @Override
    protected void check(AnswersSeen seen, Complaints complaints) {
        seen.notified.forEach((number, notified) -> {
            for (Session session : seen.sessions) {
                check(number, notified, session, complaints);
            }
        });
    }

    private static void check(
            int number, Notified notified, Session session, Complaints complaints) {
        long heard =
                session.events.stream()
                        .filter(e ->
                                e instanceof Heard h
                                        && h.message().type() == Service.NOTE
                                        && h.message().seq() == number)
                        .count();
        boolean was = session.opened < notified.ended && session.closed > notified.began;
        boolean isAsker = was && notified.reportTo == session.portid;
        boolean isMember = was && notified.group == session.group;
        String facts = "number " + number + ", " + heard + " times, " + session;
        if (heard > 1 || (heard == 1 && !isAsker && !isMember)) {
            complaints.add(heard > 1 ? "it comes twice" : "it comes to somebody else", facts);
        }
        for (AnswersSeen.Event event : session.events) {
            if (event instanceof Heard h
                    && h.message().type() == Service.NOTE
                    && h.message().seq() == number
                    && h.groups() != 1 << (notified.group - 1)) {
                complaints.add("it says that it was for another group", facts);
            }
        }
        boolean throughout = session.joined < notified.began && session.foundEmpty > notified.ended;
        if (heard == 0
                && throughout
                && (isAsker || isMember)
                && session.isDrained()
                && session.isAmple()
                && !notified.wasShort) {
            complaints.add("it does not come", facts);
        }
    }
}
