/**
 * Parsing and building of the connector's messages; it knows no sockets.
 *
 * <p>{@link org.vkernel.connector.wire.CnMsg} is read in place from a {@code ByteSlice}, which may
 * be a part of an sk_buff: see there. Data that a kind of message carries has types of its own: the
 * requests for registration notices ({@link org.vkernel.connector.wire.CnCtlMsg}), and process
 * events ({@link org.vkernel.connector.wire.ProcEvent}) with their requests ({@link
 * org.vkernel.connector.wire.ProcInput}). What is broken is refused with a {@code WireException}.
 *
 * <p>{@link org.vkernel.connector.wire.SeqAck} says what is a reply, by the numbers alone.
 */
@NullMarked
package org.vkernel.connector.wire;

import org.jspecify.annotations.NullMarked;
