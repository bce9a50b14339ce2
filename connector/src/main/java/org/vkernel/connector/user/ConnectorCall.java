package org.vkernel.connector.user;

import com.google.common.base.Preconditions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;

/**
 * A request on its way: what it was answered, or why it was not, once that is known.
 *
 * <p>It is a future without a thread: nothing happens unless somebody drives its {@link
 * ConnectorClient}, by {@link #await}, by another call or by {@link ConnectorClient#receive}. Used
 * by the task that uses the client.
 */
public final class ConnectorCall {
    private final ConnectorClient client;
    private final CnMsg request;
    private final List<Runnable> whenDone = new ArrayList<>();

    /** The request in its netlink message: each sending is of these very bytes. */
    private final byte[] bytes;

    private long deadlineNs;
    private int tries;
    private int sendings;
    private boolean done;
    private int errno;
    private @Nullable CnMsg reply;

    ConnectorCall(ConnectorClient client, CnMsg request) {
        this.client = client;
        this.request = request;
        this.bytes = request.toNlMsg(0).toByteArray();
    }

    /** What was sent. */
    public CnMsg request() {
        return request;
    }

    /** How often it was sent; 0 means that nobody can have got it. */
    public int sendings() {
        return sendings;
    }

    /** Whether it was answered, or will never be. */
    public boolean isDone() {
        return done;
    }

    /** Why there is no reply: {@code ETIMEDOUT}, for example; 0 if there is one, or may be. */
    public int errno() {
        return errno;
    }

    /**
     * The reply, or null if there is none.
     *
     * @throws IllegalStateException if it is not done
     */
    public @Nullable CnMsg reply() {
        Preconditions.checkState(done, "nobody knows yet what the reply is");
        return reply;
    }

    /**
     * Drives the client until this is done.
     *
     * @throws ErrnoException {@code ETIMEDOUT} if no reply came to any sending: whether it was
     *     carried out is unknown, unless {@link #sendings} is 0; {@code ECANCELED}; what a send or
     *     receive failed with
     */
    public CnMsg await() {
        client.drive(this);
        CnMsg received = reply;
        if (received == null) {
            throw new ErrnoException("connector call", errno);
        }
        return received;
    }

    /** Calls {@code action} when this is done: at once if it is. It may make other calls. */
    public void whenDone(Runnable action) {
        if (done) {
            action.run();
        } else {
            whenDone.add(action);
        }
    }

    /** Gives it up, if it is not done: a reply that still comes is passed over. */
    public void cancel() {
        if (!done) {
            client.giveUp(this, Errno.ECANCELED);
        }
    }

    // ---- For the client ------------------------------------------------------------------------

    byte[] bytes() {
        return bytes;
    }

    long deadlineNs() {
        return deadlineNs;
    }

    int tries() {
        return tries;
    }

    /** It was sent, or an attempt to failed in a way that may pass. */
    void tried(boolean sent, long newDeadlineNs) {
        tries++;
        sendings += sent ? 1 : 0;
        deadlineNs = newDeadlineNs;
    }

    void answer(CnMsg received) {
        reply = received;
        finish();
    }

    void fail(int reason) {
        errno = reason;
        finish();
    }

    private void finish() {
        done = true;
        whenDone.forEach(Runnable::run);
        whenDone.clear();
    }

    @Override
    public String toString() {
        return "call " + request + (!done ? "" : reply != null ? " -> " + reply : " failed");
    }
}
