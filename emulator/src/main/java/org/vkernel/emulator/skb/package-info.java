/**
 * Socket buffers: the {@code sk_buff}, its data and reference counts, queues of them, and what each
 * is charged to a socket.
 *
 * <p>Models {@code net/core/skbuff.c} and {@code include/linux/skbuff.h}.
 */
@NullMarked
package org.vkernel.emulator.skb;

import org.jspecify.annotations.NullMarked;
