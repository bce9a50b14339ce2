package org.vkernel.netlink.wire;

import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.SockaddrNlLayout;

/**
 * An address as a process hands it to a system call: {@code struct sockaddr_nl} and its length,
 * either of which may be wrong.
 *
 * @param length how many bytes the process says there are; what lies behind them is not looked at
 * @param family {@code nl_family}
 * @param pid {@code nl_pid}, unsigned
 * @param groups {@code nl_groups}
 */
public record SockaddrNl(int length, int family, int pid, int groups) {
    /** A well-formed address. */
    public static SockaddrNl of(int pid, int groups) {
        return new SockaddrNl(SockaddrNlLayout.SIZE, AddressFamily.AF_NETLINK, pid, groups);
    }

    /** Whether it is long enough and of netlink's family. */
    public boolean isWellFormed() {
        return length >= SockaddrNlLayout.SIZE && family == AddressFamily.AF_NETLINK;
    }
}
