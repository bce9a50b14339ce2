/**
 * The netlink core and what stands around it.
 *
 * <p>The core models {@code af_netlink}: port ids, groups, unicast, broadcast, overrun and dumps.
 * Beside it are the constants and layouts of the ABI, the parsing and building of messages, the
 * socket API that user processes see (over this kernel or over the host's own), netlink scripts and
 * the monitor tap. It stands on the emulator alone and registers its protocol family there.
 */
@NullMarked
package org.vkernel.netlink;

import org.jspecify.annotations.NullMarked;
