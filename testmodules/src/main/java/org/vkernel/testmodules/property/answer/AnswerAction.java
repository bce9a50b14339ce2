package org.vkernel.testmodules.property.answer;

import com.google.common.collect.ImmutableList;

/** What is done in a run of {@link Answers}. */
sealed interface AnswerAction {
    /** Who does it, from 0. */
    int asker();

    /**
     * Opens a socket, and closes the one before.
     *
     * @param user whether it is opened without privilege
     * @param small whether its receive buffer is as small as can be
     * @param group what it is a member of, 0 for none
     * @param bufferBytes what it reads into
     */
    record Open(int asker, boolean user, boolean small, int group, int bufferBytes)
            implements AnswerAction {}

    /** Takes the effective user id of a user, or of root. */
    record Become(int asker, boolean user) implements AnswerAction {}

    /**
     * Sends requests in one datagram.
     *
     * @param addressed whether the kernel is named as the receiver
     * @param shortage which allocation of the call fails
     */
    record Ask(int asker, ImmutableList<Request> requests, boolean addressed, int shortage)
            implements AnswerAction {}

    /**
     * Reads some answers, if there are any.
     *
     * @param times how many
     * @param shortage which allocation of each call fails
     */
    record Read(int asker, int times, int shortage) implements AnswerAction {}

    /** Reads until there is no more. */
    record Drain(int asker) implements AnswerAction {}

    /** Closes the socket, whatever is still to come. */
    record Close(int asker) implements AnswerAction {}

    /**
     * Another thread sets an option of the socket that is open then, and takes it back, so often.
     */
    record SetOption(int asker, int name, int times) implements AnswerAction {}

    /** What a request is for. */
    enum Kind {
        /** Nothing but an error number. */
        PLAIN,
        /** All entries of a table. */
        DUMP,
        /** That a group is notified. */
        NOTIFY,
        /** Something for the privileged. */
        PRIVILEGED
    }

    /**
     * A request.
     *
     * @param number its sequence number, that no other has
     * @param ack whether it is to be acknowledged
     * @param error what the handler, or a dump's start, answers
     * @param size how many entries a dump has; which group is notified
     * @param bytes how long an entry is; or what else is said about an error
     * @param minAlloc the least room of a dump's part
     * @param end what a dump ends with
     * @param changeAt how many entries are told when the table changes
     */
    record Request(
            Kind kind,
            int number,
            boolean ack,
            int error,
            int size,
            int bytes,
            int minAlloc,
            int end,
            int changeAt) {}
}
