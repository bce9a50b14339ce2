package org.vkernel.testmodules.kv;

import com.google.common.collect.ImmutableSortedMap;
import java.util.TreeMap;
import org.vkernel.connector.user.ConnectorClient;
import org.vkernel.connector.user.Loss;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.SeqAck;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * A process's copy of the {@link KvStore}: follows the changes, and reads everything again where
 * some were lost. Its socket is a member of the store's group. Used by one task at a time, which
 * drives {@link #client}.
 */
public final class KvMirror {
    private final ConnectorClient client;
    private final KvClient calls;
    private final TreeMap<String, String> entries = new TreeMap<>();

    /** The number of the last change that the copy holds. */
    private int lastChange;

    private boolean current;
    private int readings;

    /** A copy over a client of its own; nothing is in it before {@link #readAgain}. */
    public KvMirror(ConnectorClient.Builder builder) {
        client =
                builder.numbered(KvStore.CHANGES)
                        .onMessage(this::received)
                        .onLoss(this::lost)
                        .build();
        calls = new KvClient(client);
    }

    /** What receives the changes. */
    public ConnectorClient client() {
        return client;
    }

    /** Calls to the store. */
    public KvClient calls() {
        return calls;
    }

    /** What the store has, as far as the changes that came tell. */
    public ImmutableSortedMap<String, String> entries() {
        return ImmutableSortedMap.copyOfSorted(entries);
    }

    /** Whether no change is known to be missing. */
    public boolean isCurrent() {
        return current;
    }

    /** How often everything was read. */
    public int readings() {
        return readings;
    }

    /** Reads everything; whether that was answered. */
    public boolean readAgain() {
        current = false;
        try {
            var all = calls.all();
            entries.clear();
            entries.putAll(all);
            lastChange = calls.change();
            current = true;
            readings++;
        } catch (ErrnoException unanswered) {
            // It stays as old as it is; the next loss, or its user, tries again.
        }
        return current;
    }

    private void lost(Loss loss) {
        readAgain();
    }

    private void received(CnMsg message, NetlinkAddress from) {
        if (!current || !message.id().equals(KvStore.CHANGES)) {
            return; // in a group, others' answers are heard, too
        }
        int missing = SeqAck.missing(lastChange, message.seq());
        if (missing < 0) {
            return; // it was read already
        }
        KvChange change = KvChange.parse(message.data());
        if (missing > 0) {
            current = false;
            return;
        }
        lastChange = message.seq();
        if (change.value() == null) {
            entries.remove(change.key());
        } else {
            entries.put(change.key(), change.value());
        }
    }
}
