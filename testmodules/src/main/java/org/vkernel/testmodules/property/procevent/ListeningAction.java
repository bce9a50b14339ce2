package org.vkernel.testmodules.property.procevent;

/** What is done in a run of {@link Listening}. */
sealed interface ListeningAction {
    /** A socket in the group, which the slot's last one gives way to. */
    record Open(int slot, boolean member) implements ListeningAction {}

    /**
     * A socket asks for events, or for none, or for what means nothing.
     *
     * @param operation as the request says
     * @param events the events that it is to be told of
     * @param bytes how long the request is: without {@code events} if 4, of a wrong length if
     *     neither that nor 8
     * @param user whether it asks without privilege
     */
    record Ask(int slot, int operation, int events, int bytes, boolean user)
            implements ListeningAction {}

    /** A socket closes. */
    record Close(int slot) implements ListeningAction {}

    /**
     * A process comes, does something and goes.
     *
     * @param status what it exits with, where it does
     */
    record Happen(What what, int status) implements ListeningAction {}

    /** What a process does, between its beginning and its end. */
    enum What {
        NOTHING,
        NAME,
        USER,
        GROUP,
        SESSION,
        /** It is killed by a signal that dumps core. */
        CRASH
    }
}
