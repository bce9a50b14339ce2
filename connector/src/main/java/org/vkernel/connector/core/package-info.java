/**
 * The connector's core: callbacks, dispatch, and sending.
 *
 * <p>Start with {@link org.vkernel.connector.core.Connector}, which modules call.
 *
 * <pre>
 *   ConnectorModule (cn.ko)
 *     -> Connector              the API; cn_init(), cn_fini()
 *          -> CnQueue           the registered callbacks
 *               -> CallbackEntry
 *          -> CnReceivePath     from the socket: checks of lengths
 *               -> CnDispatch   what an era does then
 *                    DirectDispatch
 *                    QueuedDispatch -> QueuedCall, CnNotices
 *          -> CnSendPath        to the socket
 *          -> CnPolicies        lines that were wrong in some Linux; CnVariants has those
 *     -> ProcConnector          cn_proc, the connector's own user
 *          -> ProcListeners     who is told of process events
 *               CountedListeners    6.1
 *               FilteredListeners   6.18
 *          -> LocalEvents       the numbers of a CPU's events
 * </pre>
 *
 * <p>Lock order:
 *
 * <pre>
 *   CnNotices.notifyLock        a mutex; notices are sent under it, no callback runs under it
 *   CnQueue.queueLock           innermost; taken with bottom halves off; no callback runs under it
 * </pre>
 *
 * <p>Not modelled of the queued era: messages that wait in the connector's socket (its input is
 * called by the sender, as from 2.6.24 on), and a worker made for the first message only (2.6.30).
 *
 * <p>Bytes are parsed and built by {@code wire}; nothing here touches a byte offset.
 */
@NullMarked
package org.vkernel.connector.core;

import org.jspecify.annotations.NullMarked;
