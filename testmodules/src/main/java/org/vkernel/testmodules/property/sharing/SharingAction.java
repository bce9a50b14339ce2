package org.vkernel.testmodules.property.sharing;

/**
 * What a thread does next with the socket.
 *
 * @param thread which thread, from 0
 * @param what the call
 * @param number its argument: which port id, group or size
 */
record SharingAction(int thread, What what, int number) {
    /** The calls. */
    enum What {
        /** Binds it to one of a few port ids, or to any. */
        BIND,
        /** Asks for its name. */
        NAME,
        /** Joins a group, by bind or by an option. */
        JOIN,
        /** Leaves a group. */
        LEAVE,
        /** Sets an option of its level. */
        OPTION,
        /** Asks the kernel for a dump. */
        DUMP,
        /** Sends to the socket itself. */
        SEND,
        /** Receives what there is. */
        RECEIVE,
        /** Waits for a message, for a tick at most. */
        WAIT
    }
}
