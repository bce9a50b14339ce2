package org.vkernel.testmodules.property.conversation;

/** What is done in a run of {@link Conversation}. */
sealed interface ConversationAction {
    /**
     * A client asks, and waits until it has heard something.
     *
     * @param client which, from 0
     * @param seq the request's sequence number
     * @param ack the request's acknowledge number
     */
    record Ask(int client, int seq, int ack) implements ConversationAction {}

    /** The service tells all of something by itself. */
    record Tell(int seq, int ack) implements ConversationAction {}
}
