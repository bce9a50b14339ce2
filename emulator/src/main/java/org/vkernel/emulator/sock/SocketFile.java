package org.vkernel.emulator.sock;

import org.vkernel.emulator.process.OpenFile;

/** An open socket: what a descriptor of a process stands for. */
public final class SocketFile extends OpenFile {
    private final Sockets sockets;
    private final Socket socket;
    private final boolean nonblocking;

    SocketFile(Sockets sockets, Socket socket, boolean nonblocking) {
        super(sockets.sched());
        this.sockets = sockets;
        this.socket = socket;
        this.nonblocking = nonblocking;
    }

    public Socket socket() {
        return socket;
    }

    /** Whether calls do not wait ({@code O_NONBLOCK}). */
    public boolean isNonblocking() {
        return nonblocking;
    }

    @Override
    protected void release() {
        sockets.freeFile(socket);
    }
}
