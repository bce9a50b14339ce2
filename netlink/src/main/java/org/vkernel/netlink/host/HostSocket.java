package org.vkernel.netlink.host;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A socket of the host that was opened here. */
final class HostSocket {
    private final int fd;
    private final int protocol;
    private final int number;
    private final ProcessEventListener listener = new ProcessEventListener();

    /** Those of the last call, for the next; null while a call uses them. */
    private final AtomicReference<@Nullable CallBuffers> spare;

    /**
     * A socket.
     *
     * @param number how many were opened before
     * @param buffers for its calls
     */
    HostSocket(int fd, int protocol, int number, CallBuffers buffers) {
        this.fd = fd;
        this.protocol = protocol;
        this.number = number;
        this.spare = new AtomicReference<>(buffers);
    }

    int fd() {
        return fd;
    }

    /** Its place in the order of creation. */
    int number() {
        return number;
    }

    int protocol() {
        return protocol;
    }

    /** What it has asked of the process events. */
    ProcessEventListener listener() {
        return listener;
    }

    /** Buffers for one call; calls of several threads each get their own. */
    CallBuffers take() {
        CallBuffers buffers = spare.getAndSet(null);
        return buffers == null ? new CallBuffers() : buffers;
    }

    void give(CallBuffers buffers) {
        spare.set(buffers);
    }
}
