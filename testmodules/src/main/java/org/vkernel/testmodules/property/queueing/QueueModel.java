package org.vkernel.testmodules.property.queueing;

import org.vkernel.emulator.Errno;

/** What Linux promises of one receive queue whose messages are all charged alike. */
final class QueueModel {
    private final int truesize;
    private int rcvbuf;
    private int queued;
    private int drops;
    private int error;
    private boolean congested;
    private boolean noEnobufs;
    private boolean broadcastError;

    QueueModel(int truesize, int rcvbuf) {
        this.truesize = truesize;
        this.rcvbuf = rcvbuf;
    }

    int charged() {
        return queued * truesize;
    }

    int drops() {
        return drops;
    }

    int queued() {
        return queued;
    }

    int truesize() {
        return truesize;
    }

    void setRcvbuf(int bytes) {
        rcvbuf = bytes;
    }

    void setNoEnobufs(boolean on) {
        noEnobufs = on;
        if (on) {
            congested = false;
        }
    }

    void setBroadcastError(boolean on) {
        broadcastError = on;
    }

    boolean hasBroadcastError() {
        return broadcastError;
    }

    /** Whether a message is queued: the first one always, others while the budget holds them. */
    boolean offer() {
        boolean fits = queued == 0 || charged() + truesize <= rcvbuf;
        if (!fits || congested) {
            return false;
        }
        queued++;
        return true;
    }

    /** The kernel's message is lost: the first loss of a congestion is told, each is counted. */
    void overrun() {
        if (!noEnobufs && !congested) {
            congested = true;
            error = Errno.ENOBUFS;
        }
        drops++;
    }

    /** Whether it does not want to know. */
    boolean setError(int errno) {
        if (errno == Errno.ENOBUFS && noEnobufs) {
            return true;
        }
        error = errno;
        return false;
    }

    int takeError() {
        int taken = error;
        error = 0;
        return taken;
    }

    /** What a read that does not wait returns, of messages of {@code bytes} bytes. */
    int read(boolean peek, int bytes) {
        int result = -takeError();
        if (result == 0) {
            result = queued == 0 ? -Errno.EAGAIN : bytes;
            if (queued != 0 && !peek) {
                queued--;
            }
        }
        if (queued == 0) {
            congested = false;
        }
        return result;
    }

    @Override
    public String toString() {
        return queued + " queued of " + rcvbuf / truesize + (congested ? ", congested" : "");
    }
}
