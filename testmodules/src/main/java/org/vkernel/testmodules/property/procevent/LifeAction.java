package org.vkernel.testmodules.property.procevent;

/** What is done in a run of {@link Lives}. */
sealed interface LifeAction {
    /** Init has a socket in the group, from first to last. It listens, or has asked for nothing. */
    record Member(boolean listens) implements LifeAction {}

    /**
     * A process without rights asks.
     *
     * @param listen whether for events, or for none
     * @param misled whether it has rights, but not those of who opened its socket
     * @param member whether it joins the group before, where everybody may
     */
    record Stranger(boolean listen, boolean misled, boolean member) implements LifeAction {}

    /** A step of a process's life. */
    record Step(int process, What what, int number) implements LifeAction {}

    /** What a process does. */
    enum What {
        /** Forks a child that ends with a status, and waits for it. */
        FORK,
        /** Becomes another program. */
        EXEC,
        /** Takes an effective user id. */
        USER,
        /** Takes an effective group id. */
        GROUP,
        /** Begins a session. */
        SESSION,
        /** Names itself. */
        NAME,
        /** Has another thread for a while, which names itself. */
        THREAD,
        /** Forks a child that ends with a status, and waits for it when that is long over. */
        LEAVE,
        /** Forks a child that is killed by a signal that dumps core. */
        CRASH,
        /** Forks a child, and traces it for a while. */
        TRACE,
        /** Ends with a status. */
        EXIT
    }
}
