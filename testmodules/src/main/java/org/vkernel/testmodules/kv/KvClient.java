package org.vkernel.testmodules.kv;

import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.util.Optional;
import org.vkernel.connector.user.ConnectorCall;
import org.vkernel.connector.user.ConnectorClient;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.netlink.user.NetlinkSocket;

/**
 * A process's calls to the {@link KvStore}.
 *
 * <p>A call returns what the store answered, or throws {@link ErrnoException}: {@code ETIMEDOUT} or
 * {@code ESTALE} if nobody knows whether the request was applied, at most once; {@code ENOSPC} if
 * it was not. Used by one task at a time.
 */
public final class KvClient {
    private final ConnectorClient client;

    /** The number that the store gave; 0: none yet. */
    private long session;

    /** The number of the last change that the last answer tells of. */
    private int change;

    /** Calls through {@code client}, whose socket is of the connector. */
    public KvClient(ConnectorClient client) {
        this.client = client;
    }

    /** The mask of the group that answers of the queued era, and changes, go to. */
    public static int groups() {
        return NetlinkSocket.groups(KvStore.IDX);
    }

    /** What the key has. */
    public Optional<String> get(String key) {
        KvAnswer answer = read(KvOp.GET, key);
        return answer.error() == Errno.ENOENT ? Optional.empty() : Optional.of(value(answer, key));
    }

    /** Everything there is. */
    public ImmutableMap<String, String> all() {
        return read(KvOp.ALL, "").entries();
    }

    /** Sets what the key has. */
    public void put(String key, String value) {
        require(KvOp.PUT, write(KvOp.PUT, key, value));
    }

    /** Takes the key away; whether it was there. */
    public boolean delete(String key) {
        KvAnswer answer = write(KvOp.DELETE, key, "");
        return answer.error() != Errno.ENOENT && require(KvOp.DELETE, answer).error() == 0;
    }

    /** Puts text behind what the key has; what it has then. */
    public String append(String key, String text) {
        return value(require(KvOp.APPEND, write(KvOp.APPEND, key, text)), key);
    }

    /** The number of the last change that the last answer tells of. */
    int change() {
        return change;
    }

    private static String value(KvAnswer answer, String key) {
        String value = answer.entries().get(key);
        if (value == null) {
            throw new ErrnoException("kv answer without " + key, Errno.EPROTO);
        }
        return value;
    }

    /** Reads; it may do so twice. */
    private KvAnswer read(KvOp op, String key) {
        KvAnswer answer = call(op, key, "");
        if (answer.error() == Errno.ESTALE) {
            answer = call(op, key, "");
        }
        return answer.error() == Errno.ENOENT ? answer : require(op, answer);
    }

    private KvAnswer write(KvOp op, String key, String value) {
        return call(op, key, value);
    }

    private static KvAnswer require(KvOp op, KvAnswer answer) {
        if (answer.error() != 0) {
            throw new ErrnoException("kv " + op, answer.error());
        }
        return answer;
    }

    private KvAnswer call(KvOp op, String key, String value) {
        var _ = client.receive(Duration.ZERO); // so that there is room for the answer
        return await(start(op, key, value));
    }

    /**
     * Sends a request whose answer is taken later, by {@link #await}; begins a session first, if
     * there is none. The store remembers as many requests as its parameter {@code window} says: no
     * more should be on their way.
     */
    public ConnectorCall start(KvOp op, String key, String value) {
        if (session == 0) {
            KvRequest request = new KvRequest(KvOp.OPEN, 0, "", "");
            session = require(KvOp.OPEN, await(send(request))).session();
        }
        return send(new KvRequest(op, session, key, value));
    }

    private ConnectorCall send(KvRequest request) {
        return client.start(KvStore.REQUESTS, request.toByteArray());
    }

    /** Waits for the store's answer. */
    public KvAnswer await(ConnectorCall call) {
        KvAnswer answer = KvAnswer.parse(call.await().data());
        if (answer.error() == Errno.ESTALE && answer.session() == session) {
            session = 0;
        }
        change = answer.change();
        return answer;
    }
}
