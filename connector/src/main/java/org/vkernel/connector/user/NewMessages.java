package org.vkernel.connector.user;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.SeqAck;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * What a client received that is no reply, and what it knows to be missing, in the order of arrival
 * until the user's handlers have seen it.
 *
 * <p>A handler may drive the client, and so cause more of it: handlers are never called inside of
 * each other.
 */
final class NewMessages {
    /** How many wait at most while a handler runs. */
    static final int WAITING_MAX = 4096;

    /** Either a message or a loss. */
    private record Event(@Nullable CnMsg message, NetlinkAddress from, @Nullable Loss loss) {}

    /** Where a numbered message comes from: each source counts by itself. */
    private record Stream(CbId id, int source) {}

    private final Map<CbId, ToIntFunction<CnMsg>> numbered;
    private final MessageHandler onMessage;
    private final LossHandler onLoss;
    private final ArrayDeque<Event> waiting = new ArrayDeque<>();
    private final Map<Stream, Integer> lastSeqs = new HashMap<>();
    private boolean inHandler;
    private long losses;

    NewMessages(
            Map<CbId, ToIntFunction<CnMsg>> numbered,
            MessageHandler onMessage,
            LossHandler onLoss) {
        this.numbered = numbered;
        this.onMessage = onMessage;
        this.onLoss = onLoss;
    }

    /** How often something was lost. */
    long losses() {
        return losses;
    }

    /** Takes a new message. */
    void add(CnMsg message, NetlinkAddress from, boolean isFromPeer) {
        ToIntFunction<CnMsg> sourceOf = isFromPeer ? numbered.get(message.id()) : null;
        if (sourceOf != null) {
            follow(new Stream(message.id(), sourceOf.applyAsInt(message)), message.seq());
        }
        if (waiting.size() >= WAITING_MAX) {
            addLoss(new Loss(Loss.Kind.BACKLOG, message.id(), 1));
            return;
        }
        waiting.add(new Event(message, from, null));
    }

    private void follow(Stream stream, int seq) {
        Integer last = lastSeqs.put(stream, seq);
        if (last == null) {
            return;
        }
        int missing = SeqAck.missing(last, seq);
        if (missing != 0) {
            addLoss(new Loss(Loss.Kind.GAP, stream.id, Math.max(0, missing)));
        }
    }

    /** Notes a loss; one that follows another at once is the same to a handler. */
    void addLoss(Loss loss) {
        losses++;
        Event last = waiting.peekLast();
        if (last == null || last.loss == null) {
            waiting.add(new Event(null, NetlinkAddress.KERNEL, loss));
        }
    }

    /** Lets the handlers see what waits, unless one is at work already. */
    void deliver() {
        if (inHandler) {
            return;
        }
        inHandler = true;
        try {
            for (Event next = waiting.poll(); next != null; next = waiting.poll()) {
                if (next.message != null) {
                    onMessage.received(next.message, next.from);
                } else if (next.loss != null) {
                    forgetLosses();
                    onLoss.lost(next.loss);
                }
            }
        } finally {
            inHandler = false;
        }
    }

    /** What was noticed before it reads everything again, a handler need not hear of. */
    private void forgetLosses() {
        List<Event> messages = new ArrayList<>(waiting);
        messages.removeIf(event -> event.loss != null);
        if (messages.size() < waiting.size()) {
            waiting.clear();
            waiting.addAll(messages);
        }
    }
}
