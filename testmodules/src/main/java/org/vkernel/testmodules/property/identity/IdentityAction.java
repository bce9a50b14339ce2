package org.vkernel.testmodules.property.identity;

/** What a process does in a run of {@link Identities}. */
sealed interface IdentityAction {
    /** Which process, from 0. */
    int process();

    /** Takes user and group ids, each by its place in a table. */
    record Become(int process, int real, int effective, int group) implements IdentityAction {}

    /** To whom a message goes. */
    enum To {
        /** A process. */
        PORT,
        /** A group of processes. */
        GROUP,
        /** A callback of the connector. */
        CALLBACK
    }

    /**
     * Sends.
     *
     * @param bytes how many
     * @param claim what it says of itself: 0 nothing, 1 the truth, 2 its effective ids, 3 a lie
     */
    record Send(int process, To to, int bytes, int claim) implements IdentityAction {}
}
