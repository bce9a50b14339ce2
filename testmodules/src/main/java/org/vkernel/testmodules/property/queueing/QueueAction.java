package org.vkernel.testmodules.property.queueing;

/**
 * A step of the one process of a run of {@link Queues}.
 *
 * @param what what is done
 * @param receiver on which receiver, or to which one
 * @param number how much, how often or which
 */
record QueueAction(What what, int receiver, int number) {
    /** What is done. */
    enum What {
        /** The kernel sends so many messages to the receiver. */
        KERNEL_SENDS,
        /** The kernel sends so many messages to the group of all receivers. */
        MULTICAST,
        /** The same once, and there is no memory for a second copy. */
        SHORT_MULTICAST,
        /** The process sends so many messages, without waiting. */
        USER_SENDS,
        /** So many messages, or errors, are read. */
        READ,
        /** All is read. */
        DRAIN,
        /** The next message is looked at. */
        PEEK,
        /** The budget is made so many messages. */
        BUDGET,
        /** The kernel makes an error pending at a group's members, perhaps but for one. */
        SET_ERROR,
        /** NETLINK_NO_ENOBUFS is set or taken back. */
        NO_ENOBUFS,
        /** NETLINK_BROADCAST_ERROR is set or taken back. */
        BROADCAST_ERROR,
        /** SO_ERROR is read. */
        TAKE_ERROR
    }
}
