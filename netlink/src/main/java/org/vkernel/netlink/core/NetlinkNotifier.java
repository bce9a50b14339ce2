package org.vkernel.netlink.core;

/** Told when a bound socket of a process has closed ({@code NETLINK_URELEASE}). */
@FunctionalInterface
public interface NetlinkNotifier {
    /** Context: process; may sleep. */
    void released(int protocol, int portid);
}
