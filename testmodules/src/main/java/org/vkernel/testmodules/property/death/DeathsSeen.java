package org.vkernel.testmodules.property.death;

import java.util.ArrayList;
import java.util.List;

/** What a run of {@link Deaths} left. */
final class DeathsSeen {
    /** Rows of {@code /proc/net/netlink} of sockets that are not the kernel's. */
    final List<String> sockets = new ArrayList<>();

    /** Port ids that cannot be bound to again, with the error. */
    final List<String> portids = new ArrayList<>();

    /** What memory is taken that was not before the processes began, and the other way round. */
    final List<String> memory = new ArrayList<>();

    /** How many sk_buffs there are. */
    long skbs;

    /** How many messages are counted as queued. */
    long queued;
}
