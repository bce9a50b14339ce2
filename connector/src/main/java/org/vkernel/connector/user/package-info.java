/**
 * The connector as a process uses it where messages must not be lost silently: {@link
 * org.vkernel.connector.user.ConnectorClient}.
 *
 * <p>Netlink is not reliable: a full receive buffer, or no memory at once, loses a message. The
 * connector's documentation recommends sequence and acknowledge numbers to live with it; this is
 * that protocol, over a socket of this kernel or of the host's.
 *
 * <pre>
 *     ConnectorClient        gives numbers, sends, sends again, pairs replies
 *       -> ConnectorCall     one request on its way: a future that its process drives
 *       -> NewMessages       whatever is no reply, in order, with what is missing between
 *            -> Loss         what the user is told, to read again what it needs
 *     ReplyRule              what counts as a reply; SeqAck says so by default
 * </pre>
 *
 * <p>Nothing here knows whether a request was carried out twice: that is the service's to prevent,
 * by remembering port, sequence and acknowledge number of what it did.
 */
@NullMarked
package org.vkernel.connector.user;

import org.jspecify.annotations.NullMarked;
