package org.vkernel.testmodules.property.answer;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.abi.NlmsgerrLayout;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgErr;
import org.vkernel.testmodules.property.answer.AnswerAction.Kind;
import org.vkernel.testmodules.property.answer.AnswersSeen.Heard;
import org.vkernel.testmodules.property.answer.AnswersSeen.Session;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * A request that fails, or wants to be acknowledged, is answered once, with its number, to the port
 * that asked; others are not answered. The error is what the handler said; for what only the
 * privileged may it is EPERM unless the sender is privileged, and whoever opened the socket as well
 * if the kernel was not named as the receiver. An answer is missing only where its asker was told
 * of a loss.
 */
final class OneAnswerPerRequest extends KernelProperty<AnswersSeen> {
    OneAnswerPerRequest(Workload<?, AnswersSeen> workload) {
        super(16, "each request has one answer, for who asked", workload);
    }

    @Override
    protected void check(AnswersSeen seen, Complaints complaints) {
        for (Session session : seen.sessions) {
            Set<Integer> numbers = new TreeSet<>();
            for (Answered answered : Answered.of(session)) {
                numbers.add(answered.request().number());
                if (!answered.isDump()) {
                    check(answered, complaints);
                }
                if (!session.hasOptions) {
                    checkEcho(answered, complaints);
                }
            }
            for (AnswersSeen.Event event : session.events) {
                if (event instanceof Heard heard && !isFor(session, numbers, heard.message())) {
                    complaints.add("an answer that nobody asked for", event + " to " + session);
                }
            }
        }
    }

    /** An error comes with the whole request, an acknowledgement with its header. */
    private static void checkEcho(Answered answered, Complaints complaints) {
        for (NlMsg message : answered.messages()) {
            if (message.type() != NlmsgType.NLMSG_ERROR) {
                continue;
            }
            int error = NlMsgErr.parse(message).error();
            int more = error == 0 ? 0 : AnswersSeen.payloadBytes(answered.request());
            boolean isCapped = (message.flags() & NlmFlag.NLM_F_CAPPED) != 0;
            if (message.payload().length() != NlmsgerrLayout.SIZE + more
                    || isCapped != (error == 0)) {
                complaints.add("it does not hold the request", message + ": " + answered);
            }
        }
    }

    private static boolean isFor(Session session, Set<Integer> numbers, NlMsg message) {
        return message.type() == Service.NOTE
                || (message.pid() == session.portid && numbers.contains(message.seq()));
    }

    private static void check(Answered answered, Complaints complaints) {
        List<Integer> errors = answered.errors();
        int error = AnswersSeen.expected(answered.request(), answered.asked().capable());
        int due = answered.request().ack() || error != 0 ? 1 : 0;
        boolean mayDiffer = answered.request().kind() == Kind.NOTIFY && answered.mayLack();
        if (answered.messages().size() > errors.size()) {
            complaints.add("answered with something else", answered.toString());
        } else if ((errors.size() > due && !mayDiffer) || errors.size() > 1) {
            complaints.add(
                    due == 0 ? "an answer that was not due" : "more than one answer",
                    answered.toString());
        } else if (errors.size() == 1 && errors.getFirst() != error && !mayDiffer) {
            complaints.add(
                    error == 0 ? "refused what is allowed" : "another error number",
                    "expected " + error + ": " + answered);
        } else if (errors.size() < due
                && answered.session().isDrained()
                && !answered.isLossTold()) {
            complaints.add("no answer", answered.toString());
        }
    }
}
