/**
 * The netlink core: port ids, groups, and the ways of a message.
 *
 * <p>Start with {@link org.vkernel.netlink.core.Netlink}.
 *
 * <pre>
 *   Netlink (one per kernel)
 *     -> NetlinkTable (one per protocol)
 *          -> by port id: NetlinkSock        looked up under RCU
 *          -> members: NetlinkSock           newest first
 *     NetlinkSockets                         made and released
 *     NetlinkBind, NetlinkGroups             port ids, memberships
 *     NetlinkSendPath -> NetlinkBroadcast, NetlinkUnicast -> the receivers' queues
 *     NetlinkReceivePath
 *     NetlinkOptions, SocketOptions, NetlinkProc
 * </pre>
 *
 * <p>Lock order:
 *
 * <pre>
 *   a socket's lock() (process)
 *     NetlinkTable.hashLock
 *   NetlinkTableLock, locked or grabbed
 *     a receive queue's lock
 *       a wait queue's lock
 * </pre>
 *
 * <p>Bytes are parsed and built by {@code wire}; nothing here touches a byte offset. Not modelled:
 * network namespaces, security modules, ancillary data of senders.
 */
@NullMarked
package org.vkernel.netlink.core;

import org.jspecify.annotations.NullMarked;
