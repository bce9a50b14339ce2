package org.vkernel.netlink.core;

/** Asked before a socket joins a group ({@code netlink_kernel_cfg.bind}). */
@FunctionalInterface
public interface NetlinkGroupHook {
    /**
     * Whether the running process may join {@code group}. Context: process; may sleep.
     *
     * @param group counted from 1
     * @return 0, or a negative errno
     */
    int bind(int group);
}
