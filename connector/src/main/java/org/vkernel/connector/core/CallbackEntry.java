package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.ConnectorLimits;
import org.vkernel.connector.wire.CbId;
import org.vkernel.emulator.locking.RefCount;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.SharedInt;

/**
 * A registered callback: {@code struct cn_callback_entry}.
 *
 * <p>It lives as long as somebody holds a reference: its place in the queue is one, each call of
 * the callback another.
 */
final class CallbackEntry {
    private final CbId id;
    private final String name;
    private final ConnectorCallback callback;
    private final RefCount references;
    private final int object;

    // Set after the entry can be found, without the lock, as Linux does: see CnQueue.add().
    private final SharedInt seq;
    private final SharedInt group;

    /** The queued era's work of its own; null until its first message. Under the queue's lock. */
    private @Nullable QueuedCall ownCall;

    /** For checks alone: who took it off, once that call is about to return. */
    private volatile @Nullable Task removedBy;

    /** An entry with one reference, and neither a sequence number nor a group. */
    CallbackEntry(Scheduler sched, CbId id, String name, ConnectorCallback callback, int object) {
        this.id = id;
        this.name = cut(name);
        this.callback = callback;
        this.object = object;
        this.references = new RefCount(sched, "cn_callback_entry", id, 1);
        this.seq = new SharedInt(sched, 0);
        this.group = new SharedInt(sched, 0);
    }

    private static String cut(String name) {
        int max = ConnectorLimits.CN_CBQ_NAMELEN - 1;
        return name.length() > max ? name.substring(0, max) : name;
    }

    CbId id() {
        return id;
    }

    String name() {
        return name;
    }

    ConnectorCallback callback() {
        return callback;
    }

    RefCount references() {
        return references;
    }

    /** The memory that it takes. */
    int object() {
        return object;
    }

    /** The group that its messages go to by default; 0 until {@link #assign}. */
    int group() {
        return group.getOnce();
    }

    /** Gives it its first sequence number and its group. */
    void assign() {
        seq.setOnce(0);
        group.setOnce(id.idx());
    }

    /** The caller holds the queue's lock. */
    @Nullable QueuedCall ownCall() {
        return ownCall;
    }

    void setOwnCall(QueuedCall call) {
        ownCall = call;
    }

    void setRemovedBy(Task task) {
        removedBy = task;
    }

    /**
     * Whether its removal has returned, or is about to, to another task than {@code task}: then
     * nobody expects the callback to run any more. A callback may remove itself.
     */
    boolean isRemovedByOther(Task task) {
        Task by = removedBy;
        return by != null && by != task;
    }

    @Override
    public String toString() {
        return name + " " + id;
    }
}
