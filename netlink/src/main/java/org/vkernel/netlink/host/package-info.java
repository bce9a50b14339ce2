/**
 * The host's kernel behind the API of netlink sockets: what a program does through a {@link
 * org.vkernel.netlink.user.NetlinkProvider} on a virtual kernel, it does here on the Linux below
 * the JVM.
 *
 * <p>{@link org.vkernel.netlink.host.HostNetlink} makes the system calls ({@link
 * org.vkernel.netlink.host.LibC}, through {@code java.lang.foreign}). {@link
 * org.vkernel.netlink.host.HostThread} is a thread with a user and a network namespace of its own,
 * so that nothing else on the machine sees what it does. Messages are sent on NETLINK_USERSOCK and
 * NETLINK_CONNECTOR only.
 *
 * <p>Linux on x86_64 or aarch64 only: {@link org.vkernel.netlink.host.HostKernel} says what is
 * missing elsewhere.
 */
@NullMarked
package org.vkernel.netlink.host;

import org.jspecify.annotations.NullMarked;
