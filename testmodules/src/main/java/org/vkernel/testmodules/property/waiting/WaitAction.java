package org.vkernel.testmodules.property.waiting;

/**
 * A step of a process of a run of {@link Waits}.
 *
 * @param receives whether it is a receiver's; else it is a sender's
 * @param process which of them, from 0
 * @param what what is done
 * @param other to whom a sender sends
 * @param ticks how long at most, or how long; 0: without an end
 */
record WaitAction(boolean receives, int process, What what, int other, int ticks) {
    /** What is done. */
    enum What {
        /** A sender sends, and waits for room. */
        SEND,
        /** A receiver looks at the next message, which makes no room. */
        LOOK,
        /** A receiver takes a message, if there is one. */
        TAKE,
        /** A receiver takes a message, and waits for one. */
        AWAIT,
        /** A receiver waits until there is something to read. */
        POLL,
        /** Time passes. */
        PAUSE,
        /** A receiver closes its socket, and goes on with a new one. */
        REOPEN,
        /** A receiver wants to be told of losses no more, or again, if the ticks are even. */
        OPTION,
        /** In a sender's call the kernel sends, without waiting. */
        TELL,
        /** In a sender's call the kernel makes an error pending at all receivers. */
        ERROR
    }
}
