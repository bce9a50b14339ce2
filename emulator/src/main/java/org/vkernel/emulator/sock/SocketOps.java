package org.vkernel.emulator.sock;

/** What a family does for its sockets: {@code struct proto_ops}, as far as files need it. */
public interface SocketOps {
    /** Closes the socket. Context: process; may sleep. */
    void release(Socket socket);

    /** The events that are there ({@code EPOLLIN} ...). Context: process. Sleeps: never. */
    int poll(Socket socket);
}
