/**
 * Netlink as a process uses it: {@link org.vkernel.netlink.user.NetlinkSocket}.
 *
 * <p>Everything goes through a {@link org.vkernel.netlink.user.NetlinkProvider}: {@link
 * org.vkernel.netlink.user.KernelNetlink} for a process of a virtual kernel, or another for the
 * host's own kernel. A provider answers as system calls do, with negative errnos; the socket turns
 * them into exceptions.
 */
@NullMarked
package org.vkernel.netlink.user;

import org.jspecify.annotations.NullMarked;
