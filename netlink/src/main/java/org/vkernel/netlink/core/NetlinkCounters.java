package org.vkernel.netlink.core;

import org.vkernel.emulator.locking.PerCpuCounters;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/** Counts copies of messages, each CPU for itself; see {@link MessageCounts}. */
final class NetlinkCounters {
    private static final int SENT = 0;
    private static final int DELIVERED = 1;
    private static final int DROPPED = 2;
    private static final int UNREAD = 3;
    private static final int KINDS = 4;

    private final PerCpuCounters counters;

    NetlinkCounters(Scheduler sched) {
        this.counters = new PerCpuCounters(sched, KINDS);
    }

    /** A copy was queued. */
    void queued(Task running) {
        counters.add(running, SENT, 1);
    }

    /** A queued copy was taken by a recv. */
    void received(Task running) {
        counters.add(running, DELIVERED, 1);
    }

    /** A copy was handed to the kernel. */
    void handed(Task running) {
        counters.add(running, SENT, 1);
        counters.add(running, DELIVERED, 1);
    }

    /** A copy was lost on its way. */
    void dropped(Task running) {
        counters.add(running, SENT, 1);
        counters.add(running, DROPPED, 1);
    }

    /** Queued copies were freed with their socket. */
    void unread(Task running, int count) {
        counters.add(running, UNREAD, count);
    }

    MessageCounts read() {
        return new MessageCounts(
                counters.sum(SENT),
                counters.sum(DELIVERED),
                counters.sum(DROPPED),
                counters.sum(UNREAD));
    }
}
