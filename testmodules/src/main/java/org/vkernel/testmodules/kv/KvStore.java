package org.vkernel.testmodules.kv;

import com.google.common.collect.ImmutableMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.core.SenderInfo;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.SeqAck;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.module.ModuleParam;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.netlink.wire.WireException;

/**
 * A key-value store that applies each request at most once, however often it is sent.
 *
 * <p>Answers go to whoever asked; in the queued era, whose {@code cn_netlink_send()} knows no
 * ports, to the group. They are sent with GFP_ATOMIC: a send that waits for room in the buffer of
 * the process whose call it runs in would wait for ever. Each change is told to the group, with
 * numbers of its own.
 *
 * <p>Bounded: {@link #KEYS_MAX} keys of {@link #KEY_MAX} characters with values of {@link
 * #VALUE_MAX}, the parameter {@code sessions}, and for each of them {@code window} requests. Of
 * more sessions, that which was used least recently is forgotten.
 *
 * <p>{@code /proc/kv_store} counts what was done.
 */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class KvStore implements KernelModule {
    /** Index of both ids, and the group. */
    public static final int IDX = 17;

    /** Where requests go, and the id of their answers. */
    public static final CbId REQUESTS = CbId.of(IDX, 1);

    /** The id of what is told to the group. */
    public static final CbId CHANGES = CbId.of(IDX, 2);

    /** Most keys. */
    public static final int KEYS_MAX = 32;

    /** Longest key, in characters. */
    public static final int KEY_MAX = 32;

    /** Longest value, in characters. */
    public static final int VALUE_MAX = 256;

    private static final String NAME = "kv_store";
    private static final String PROC_FILE = "/proc/kv_store";

    @ModuleParam(
            unsigned = true,
            description = "sequence numbers of a session remembered; 0: none, all is applied")
    private static int window = 16;

    @ModuleParam(unsigned = true, description = "sessions remembered")
    private static int sessions = 16;

    @ModuleParam(description = "1: answers go to the group, as they always do on 2.6.14")
    private static int group;

    private final TreeMap<String, String> entries = new TreeMap<>();

    /** By number, the one used least recently first. */
    private final LinkedHashMap<Long, KvSession> open = new LinkedHashMap<>(16, 0.75f, true);

    private ModuleContext kernel;
    private Connector connector;

    /** Guards all that requests change, and keeps changes in the order of their numbers. */
    private Mutex lock;

    private boolean answersToGroup;
    private long lastSession;
    private int lastChange;
    private int applied;
    private int repeated;
    private int stale;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        connector = kernel.use(Connector.class);
        lock = kernel.mutex(NAME);
        answersToGroup = group != 0 || kernel.kernel().profile().era() == Profile.Era.QUEUED;
        // Not those of an earlier load, whose clients may still be there.
        lastSession = kernel.prandom();
        lastChange = (int) kernel.prandom();
        int error = connector.addCallback(REQUESTS, NAME, this::handle);
        if (error == 0) {
            kernel.kernel().proc().create(PROC_FILE, this::show);
        }
        return error;
    }

    @Override
    public void exit(ModuleContext context) {
        connector.delCallback(REQUESTS);
        kernel.kernel().proc().remove(PROC_FILE);
    }

    /** Handles a message. Context: process. Sleeps: for the lock. */
    private void handle(CnMsg message, SenderInfo sender) {
        lock.lock();
        KvAnswer answer = answer(message, sender.portid());
        CnMsg reply = SeqAck.replyTo(message).data(answer.toByteArray()).build();
        // Lost if there is no memory or no room: then the client asks again.
        var _ =
                answersToGroup
                        ? connector.netlinkSend(reply, 0, IDX, GfpMask.ATOMIC)
                        : connector.netlinkSend(reply, sender.portid(), 0, GfpMask.ATOMIC);
        lock.unlock();
    }

    private KvAnswer answer(CnMsg message, int port) {
        KvRequest request;
        try {
            request = KvRequest.parse(message.data());
        } catch (WireException broken) {
            kernel.printk(LogLevel.WARNING, "%s: %s", NAME, broken);
            return KvAnswer.of(Errno.EINVAL, 0, lastChange);
        }
        int seq = message.seq();
        int ack = message.ack();
        if (request.op() == KvOp.OPEN) {
            return KvAnswer.of(0, open(port, seq, ack).id(), lastChange);
        }
        KvSession session = open.get(request.session());
        if (session == null || session.port() != port) {
            stale++;
            return KvAnswer.of(Errno.ESTALE, request.session(), lastChange);
        }
        if (window == 0) {
            return apply(request);
        }
        return switch (session.verdict(seq, ack)) {
            case REPEATED -> {
                repeated++;
                yield session.answer(seq);
            }
            case STALE -> {
                stale++;
                yield KvAnswer.of(Errno.ESTALE, session.id(), lastChange);
            }
            case NEW -> {
                KvAnswer answer = apply(request);
                session.remember(seq, ack, answer);
                yield answer;
            }
        };
    }

    private KvSession open(int port, int seq, int ack) {
        for (KvSession session : open.values()) {
            if (session.isOpenedBy(port, seq, ack)) {
                return session;
            }
        }
        KvSession session = new KvSession(++lastSession, port, seq, ack, window);
        open.put(session.id(), session);
        if (open.size() > Math.max(1, sessions)) {
            Iterator<Long> eldest = open.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
        return session;
    }

    // ---- The entries ---------------------------------------------------------------------------

    private KvAnswer apply(KvRequest request) {
        applied++;
        String key = request.key();
        String before = entries.get(key);
        return switch (request.op()) {
            case GET -> before == null ? failed(request, Errno.ENOENT) : entry(request, before);
            case PUT -> set(request, request.value());
            case APPEND -> set(request, (before == null ? "" : before) + request.value());
            case DELETE -> before == null ? failed(request, Errno.ENOENT) : delete(request);
            case ALL ->
                    new KvAnswer(0, request.session(), lastChange, ImmutableMap.copyOf(entries));
            case OPEN -> failed(request, Errno.EINVAL);
        };
    }

    private KvAnswer failed(KvRequest request, int error) {
        return KvAnswer.of(error, request.session(), lastChange);
    }

    private KvAnswer entry(KvRequest request, String value) {
        ImmutableMap<String, String> read = ImmutableMap.of(request.key(), value);
        return new KvAnswer(0, request.session(), lastChange, read);
    }

    private KvAnswer set(KvRequest request, String value) {
        String key = request.key();
        boolean hasRoom = entries.size() < KEYS_MAX || entries.containsKey(key);
        if (!hasRoom || key.length() > KEY_MAX || value.length() > VALUE_MAX) {
            return failed(request, Errno.ENOSPC);
        }
        entries.put(key, value);
        tell(key, value);
        return entry(request, value);
    }

    private KvAnswer delete(KvRequest request) {
        entries.remove(request.key());
        tell(request.key(), null);
        return failed(request, 0);
    }

    /** Tells the group of a change; lost for whoever has no room. */
    private void tell(String key, @Nullable String value) {
        CnMsg change =
                CnMsg.builder(CHANGES)
                        .seq(++lastChange)
                        .data(new KvChange(key, value).toByteArray())
                        .build();
        var _ = connector.netlinkSend(change, 0, IDX, GfpMask.ATOMIC);
    }

    private void show(StringBuilder text) {
        lock.lock();
        text.append(
                String.format(
                        "keys %d\nsessions %d\napplied %d\nrepeated %d\nstale %d\n",
                        entries.size(), open.size(), applied, repeated, stale));
        lock.unlock();
    }
}
