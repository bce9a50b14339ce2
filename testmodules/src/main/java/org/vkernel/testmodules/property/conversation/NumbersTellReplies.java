package org.vkernel.testmodules.property.conversation;

import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.SeqAck;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Seq and ack classify every received message as reply or new exactly as documented: reply if seq
 * equals and ack is the request's plus one (modulo 2^32), new otherwise.
 *
 * <p>Equal numbers of two clients are a limit of the protocol, and are not held against it.
 */
final class NumbersTellReplies extends KernelProperty<Conversation.Seen> {
    private static final long NUMBERS = 1L << Integer.SIZE;

    NumbersTellReplies(Workload<?, Conversation.Seen> workload) {
        super(10, "seq and ack tell the reply from what is new", workload);
    }

    @Override
    protected void check(Conversation.Seen seen, Complaints complaints) {
        for (Conversation.Heard heard : seen.heard) {
            CnMsg request = heard.request().message();
            boolean isDocumentedReply =
                    heard.message().seq() == request.seq()
                            && Integer.toUnsignedLong(heard.message().ack())
                                    == (Integer.toUnsignedLong(request.ack()) + 1) % NUMBERS;
            boolean isReply = SeqAck.classify(request, heard.message()) == SeqAck.Kind.REPLY;
            if (isReply != isDocumentedReply) {
                complaints.add("classified otherwise than documented", heard.toString());
            }
            if (heard.of() == heard.request().number() && !isReply) {
                complaints.add("a reply is taken for new", heard.toString());
            }
        }
    }
}
