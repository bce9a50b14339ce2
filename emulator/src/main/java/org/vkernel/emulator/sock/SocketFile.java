package org.vkernel.emulator.sock;

import org.vkernel.emulator.process.OpenFile;

/** An open socket: what a descriptor of a process stands for. */
public final class SocketFile extends OpenFile {
    private final Sockets sockets;
    private final Socket socket;
    private final boolean nonblocking;
    private final int dentry;
    private final int object;

    SocketFile(Sockets sockets, Socket socket, boolean nonblocking, int dentry, int object) {
        super(sockets.sched());
        this.sockets = sockets;
        this.socket = socket;
        this.nonblocking = nonblocking;
        this.dentry = dentry;
        this.object = object;
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
        sockets.freeFile(socket, dentry, object);
    }
}
