package org.vkernel.testmodules.property.death;

/** What is done in a run of {@link Deaths}. */
sealed interface DeathAction {
    /** What a process does next. */
    enum What {
        /** Opens a socket with a port id of its own, a member of a group. */
        OPEN,
        /** Closes its newest socket. */
        CLOSE,
        /** Sends to another process's port, and waits for room. */
        SEND,
        /** Sends to the group. */
        MULTICAST,
        /** Waits for a message on its newest socket. */
        RECEIVE,
        /** Makes a child that has its sockets, too, and waits for a message. */
        FORK,
        /** Starts a thread that waits for a message. */
        THREAD,
        /** Sleeps for a tick. */
        SLEEP,
        /** Exits, its sockets open. */
        EXIT
    }

    /**
     * A process's next step.
     *
     * @param process which process, from 0
     * @param other whom it sends to, where it does
     */
    record Step(int process, What what, int other) implements DeathAction {}

    /**
     * A process is killed.
     *
     * @param process which
     * @param ticks after how many ticks; 0: as soon as it has begun
     */
    record Kill(int process, int ticks) implements DeathAction {}
}
