package org.vkernel.testmodules.property.dispatch;

import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnNotifyReq;

/** What is done in a run of {@link Dispatch}. */
sealed interface DispatchAction {
    /**
     * The owner of an id registers it, or takes it off: each id has one owner.
     *
     * @param owner a kernel thread
     * @param add whether it registers the id
     */
    record Own(int owner, CbId id, boolean add) implements DispatchAction {}

    /**
     * A process sends a message to an id.
     *
     * @param caller the process
     * @param size bytes of data
     */
    record Send(int caller, CbId id, int size) implements DispatchAction {}

    /**
     * A process sends a datagram that is too short for a netlink message.
     *
     * @param caller the process
     * @param size how many bytes, 1 to 15
     */
    record SendShort(int caller, int size) implements DispatchAction {}

    /**
     * While messages are sent, allocations fail.
     *
     * @param plan which, as {@link org.vkernel.emulator.mm.FaultPlan#parse} reads it
     */
    record Faults(String plan) implements DispatchAction {}

    /** Who sends from the kernel. */
    enum Kind {
        /** A kernel thread, with GFP_KERNEL. */
        KTHREAD,
        /** A kernel thread that holds a spinlock, with GFP_ATOMIC. */
        SPINNER,
        /** A timer, in softirq context, with GFP_ATOMIC. */
        TIMER,
        /** An exact timer, in hardirq context, with GFP_ATOMIC: only with a group or a port. */
        HRTIMER;

        boolean isAtomic() {
            return this != KTHREAD;
        }
    }

    /** Where a message of the kernel goes. */
    enum Way {
        /** To the group of its id. */
        ID,
        /** To a group that is named. */
        GROUP,
        /** To a port that is named. */
        PORT,
        /** To a port and a group. */
        BOTH
    }

    /**
     * The kernel sends a message.
     *
     * @param sender who
     * @param kind what the sender is
     * @param listener whose port is named, where one is
     */
    record Announce(int sender, Kind kind, CbId id, Way way, int listener)
            implements DispatchAction {}

    /** A process is a member of a group, from before all begins until all is over. */
    record Listen(int number, int group) implements DispatchAction {}

    /**
     * A process asks to be told of ids, and is a member of the group that it names (queued era).
     *
     * @param number from 0; the group follows from it
     */
    record Ask(int number, CnNotifyReq idx, CnNotifyReq val) implements DispatchAction {}
}
