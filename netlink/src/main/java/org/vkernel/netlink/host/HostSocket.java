package org.vkernel.netlink.host;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A socket of the host that was opened here. */
final class HostSocket {
    private final int fd;
    private final int protocol;
    private final ProcessEventListener listener = new ProcessEventListener();

    /** Those of the last call, for the next; null while a call uses them. */
    private final AtomicReference<@Nullable CallBuffers> spare =
            new AtomicReference<>(new CallBuffers());

    HostSocket(int fd, int protocol) {
        this.fd = fd;
        this.protocol = protocol;
    }

    int fd() {
        return fd;
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
