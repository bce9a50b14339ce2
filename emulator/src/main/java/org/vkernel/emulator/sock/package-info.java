/**
 * Sockets: what all families share. Families register with {@link
 * org.vkernel.emulator.sock.Sockets}; a process gets a {@link
 * org.vkernel.emulator.sock.SocketFile}, behind which stand the {@link
 * org.vkernel.emulator.sock.Socket} and the family's {@link org.vkernel.emulator.sock.Sock}.
 *
 * <p>Models {@code net/socket.c}, {@code net/core/sock.c} and {@code net/core/datagram.c}.
 */
@NullMarked
package org.vkernel.emulator.sock;

import org.jspecify.annotations.NullMarked;
