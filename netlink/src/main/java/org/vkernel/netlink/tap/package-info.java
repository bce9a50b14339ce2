/**
 * The monitor tap: what goes through netlink sockets, as a file that Wireshark opens. Models
 * drivers/net/nlmon.c.
 *
 * <pre>
 *     PcapngTap          a tap that writes
 *     PcapngWriter       the blocks of the file format
 * </pre>
 */
@NullMarked
package org.vkernel.netlink.tap;

import org.jspecify.annotations.NullMarked;
