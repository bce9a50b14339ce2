package org.vkernel.testmodules.property.sharing;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What is seen of a run of {@link Sharing}. */
final class SharingSeen {
    /** The port ids that the socket had once it was bound. */
    final Set<Integer> portids = new TreeSet<>();

    /** Rows of {@code /proc/net/netlink} of sockets that are not the kernel's. */
    final List<String> sockets = new ArrayList<>();

    /** Port ids that cannot be bound to again, with the error. */
    final List<String> taken = new ArrayList<>();

    /** What memory is taken that was not before, and the other way round. */
    final List<String> memory = new ArrayList<>();
}
