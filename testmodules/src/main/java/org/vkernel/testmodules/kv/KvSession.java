package org.vkernel.testmodules.kv;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What the store remembers of one client: requests that it applied, and their answers, as far as
 * their sequence numbers lie in the window. Guarded by the store's lock.
 */
final class KvSession {
    /** A request that was applied. */
    private record Applied(int seq, int ack, KvAnswer answer) {}

    /** What a request is to the session. */
    enum Verdict {
        /** It was not applied, and can be now. */
        NEW,
        /** It was applied, and the answer is known. */
        REPEATED,
        /** Nobody knows any more. */
        STALE
    }

    private final long id;
    private final int port;
    private final int openedSeq;
    private final int openedAck;
    private final int window;
    private final ArrayDeque<Applied> applied = new ArrayDeque<>();

    /** The newest sequence number that was seen. */
    private int newestSeq;

    /** Begins a session by a request with these numbers. */
    KvSession(long id, int port, int seq, int ack, int window) {
        this.id = id;
        this.port = port;
        this.openedSeq = seq;
        this.openedAck = ack;
        this.window = window;
        this.newestSeq = seq;
    }

    long id() {
        return id;
    }

    int port() {
        return port;
    }

    /** Whether this very request began it. */
    boolean isOpenedBy(int otherPort, int seq, int ack) {
        return port == otherPort && openedSeq == seq && openedAck == ack;
    }

    /** What a request is; numbers count modulo 2^32. */
    Verdict verdict(int seq, int ack) {
        if (newestSeq - seq >= window) {
            return Verdict.STALE;
        }
        Applied before = find(seq);
        if (before == null) {
            return Verdict.NEW;
        }
        // The number of another request: the client counts wrongly.
        return before.ack == ack ? Verdict.REPEATED : Verdict.STALE;
    }

    /** What the request with this number, which was applied, was answered. */
    KvAnswer answer(int seq) {
        Applied before = find(seq);
        if (before == null) {
            throw new IllegalStateException("request " + seq + " is not remembered");
        }
        return before.answer;
    }

    private @Nullable Applied find(int seq) {
        for (Applied each : applied) {
            if (each.seq == seq) {
                return each;
            }
        }
        return null;
    }

    /** Remembers a request that was applied, and forgets what the window has passed. */
    void remember(int seq, int ack, KvAnswer answer) {
        applied.add(new Applied(seq, ack, answer));
        if (seq - newestSeq > 0) {
            newestSeq = seq;
            int newest = seq;
            applied.removeIf(each -> newest - each.seq >= window);
        }
    }
}
