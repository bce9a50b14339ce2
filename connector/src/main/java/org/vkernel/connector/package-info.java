/**
 * The kernel connector: callbacks found by id, over one netlink protocol.
 *
 * <p>It holds the connector's constants and layouts, the building and parsing of its messages, the
 * dispatch of both eras (queued and direct), registration notices, process events, and the client
 * that speaks the sequence and acknowledgement protocol from user space. It stands on the netlink
 * core and the emulator.
 */
@NullMarked
package org.vkernel.connector;

import org.jspecify.annotations.NullMarked;
