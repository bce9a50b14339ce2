package org.vkernel.testmodules.property.traffic;

/** What is done in a run of {@link Traffic}. */
sealed interface TrafficAction {
    /**
     * A process with a socket.
     *
     * @param number from 0; its port id follows from it
     * @param protocol the socket's
     * @param groups a mask of its groups
     * @param rcvbuf what it asks for as its receive buffer, which Linux doubles; -1: the default
     * @param noEnobufs whether it does not want to be told of losses
     * @param broadcastError whether senders are to be told of its losses
     * @param filter how many bytes of a message its filter lets pass; -1: no filter
     */
    record Receive(
            int number,
            int protocol,
            int groups,
            int rcvbuf,
            boolean noEnobufs,
            boolean broadcastError,
            int filter)
            implements TrafficAction {}

    /**
     * While messages are sent, allocations fail.
     *
     * @param plan which, as {@link org.vkernel.emulator.mm.FaultPlan#parse} reads it
     */
    record Faults(String plan) implements TrafficAction {}

    /** What a receiver does before it drains its socket. */
    enum How {
        /** Waits for a message. */
        WAIT,
        /** Takes one if there is one. */
        POLL,
        /** Looks at one if there is one. */
        PEEK,
        /** Reads {@code SO_ERROR}. */
        ERROR,
        /** Sleeps for a tick. */
        SLEEP
    }

    /** A receiver's next step. */
    record Step(int receiver, How how) implements TrafficAction {}

    /** Who sends. */
    enum Kind {
        /** A process, which waits for room. */
        PROCESS,
        /** A process that waits for two ticks at most. */
        IMPATIENT,
        /** A process that does not wait. */
        NONBLOCK,
        /** A kernel thread, with GFP_KERNEL. */
        KTHREAD,
        /** A kernel thread that holds a spinlock, with GFP_ATOMIC. */
        SPINNER,
        /** A timer. */
        TIMER,
        /** A tasklet. */
        TASKLET;

        boolean isProcess() {
            return this == PROCESS || this == IMPATIENT || this == NONBLOCK;
        }

        boolean isAtomic() {
            return this == SPINNER || this == TIMER || this == TASKLET;
        }
    }

    /**
     * A message.
     *
     * @param sender who sends it; a sender's first message says what it is
     * @param kind what its sender is
     * @param receiver the receiver that it goes to; -1: none
     * @param group the group that it goes to; 0: none
     * @param size bytes of data
     */
    record Send(int sender, Kind kind, int receiver, int group, int size)
            implements TrafficAction {}
}
