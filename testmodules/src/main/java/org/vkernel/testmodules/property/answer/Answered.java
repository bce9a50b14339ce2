package org.vkernel.testmodules.property.answer;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgErr;
import org.vkernel.testmodules.property.answer.AnswerAction.Kind;
import org.vkernel.testmodules.property.answer.AnswerAction.Request;
import org.vkernel.testmodules.property.answer.AnswersSeen.Asked;
import org.vkernel.testmodules.property.answer.AnswersSeen.Heard;
import org.vkernel.testmodules.property.answer.AnswersSeen.Session;

/**
 * A request that was sent, and all that its sender heard of it.
 *
 * @param at where its sending stands among the session's events
 * @param messages what has its number, but notifications, in the order of reading
 */
record Answered(Session session, Asked asked, int at, Request request, List<NlMsg> messages) {
    /** All requests of a session that were sent. */
    static List<Answered> of(Session session) {
        List<Answered> all = new ArrayList<>();
        for (int at = 0; at < session.events.size(); at++) {
            if (session.events.get(at) instanceof Asked asked && asked.result() >= 0) {
                for (Request request : asked.requests()) {
                    all.add(new Answered(session, asked, at, request, messages(session, request)));
                }
            }
        }
        return all;
    }

    private static List<NlMsg> messages(Session session, Request request) {
        List<NlMsg> messages = new ArrayList<>();
        for (AnswersSeen.Event event : session.events) {
            if (event instanceof Heard heard
                    && heard.message().seq() == request.number()
                    && heard.message().type() != Service.NOTE) {
                messages.add(heard.message());
            }
        }
        return messages;
    }

    boolean isDump() {
        return request.kind() == Kind.DUMP;
    }

    /** The error numbers that it was answered with. */
    List<Integer> errors() {
        return messages.stream()
                .filter(message -> message.type() == NlmsgType.NLMSG_ERROR)
                .map(message -> NlMsgErr.parse(message).error())
                .toList();
    }

    boolean isEnded() {
        return messages.stream().anyMatch(message -> message.type() == NlmsgType.NLMSG_DONE);
    }

    /** Whether its end was heard before {@code other} was sent. */
    boolean isEndedBefore(int other) {
        return session.events.subList(0, other).stream()
                .anyMatch(e ->
                        e instanceof Heard heard
                                && heard.message().seq() == request.number()
                                && heard.message().type() == NlmsgType.NLMSG_DONE);
    }

    /** Whether memory or room may have been missing for what it should be answered. */
    boolean mayLack() {
        return session.wasShort || (session.small && !asked.polite());
    }

    /**
     * Whether something is missing of its answer that may be, since the asker was told. All losses
     * of one congestion are told once, with the first.
     */
    boolean isLossTold() {
        return mayLack()
                && (session.wasLossTold(session.small ? 0 : at)
                        || errors().contains(-Errno.ENOBUFS));
    }

    @Override
    public String toString() {
        return request + " of " + session;
    }
}
