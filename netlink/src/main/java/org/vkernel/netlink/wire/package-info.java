/**
 * Parsing and building of netlink messages; it knows no sockets.
 *
 * <p>{@link org.vkernel.netlink.wire.ByteSlice} is a range of bytes that somebody else owns, and
 * the views {@link org.vkernel.netlink.wire.NlMsg}, {@link org.vkernel.netlink.wire.NlAttr} and
 * {@link org.vkernel.netlink.wire.NlMsgErr} read from it without copying. What is too short or
 * contradicts itself is refused with a {@link org.vkernel.netlink.wire.WireException}, and with
 * nothing else. On the path of a message in the kernel, where not even a view should be made, the
 * static methods of {@link org.vkernel.netlink.wire.NlMsgHeader} read and write headers in place.
 */
@NullMarked
package org.vkernel.netlink.wire;

import org.jspecify.annotations.NullMarked;
