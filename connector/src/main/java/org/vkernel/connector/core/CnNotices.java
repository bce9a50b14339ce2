package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.CnCtlMsgLayout;
import org.vkernel.connector.abi.CnNotifyReqLayout;
import org.vkernel.connector.core.CnPolicies.RangeMatch;
import org.vkernel.connector.core.CnPolicies.RequestSize;
import org.vkernel.connector.core.CnPolicies.TakeBack;
import org.vkernel.connector.core.CnPolicies.ValueCursor;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.shared.SharedList;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.wire.ByteSlice;

/**
 * Registration notices: who wants to be told when ids are registered and unregistered, as asked by
 * messages to the connector itself. Of the queued era, 2.6.14 to 2.6.32.
 *
 * <p>N.B. Anybody may ask, any number of times, and a request stays when who asked has gone; and
 * anybody takes back all requests that have the same ranges, whoever's they are.
 */
final class CnNotices {
    /** A notice's {@code ack}. */
    static final int REGISTERED = 0;

    static final int UNREGISTERED = 1;

    // Rules that Linux breaks as well.
    static final String OUTLIVE = "connector notice requests outlive the connector";
    static final String TAKEN_BACK = "connector notice request taken back by another";

    /** {@code sizeof(struct cn_ctl_entry)} without the request behind it. */
    private static final int ENTRY_SIZE = 24;

    /** {@code struct cn_ctl_entry}; for checks alone, the process that asked, 0 for a module. */
    private record Entry(CnCtlMsg request, int pid, int object) {}

    private final VirtualKernel kernel;
    private final Connector connector;
    private final RequestSize requestSize;
    private final RangeMatch rangeMatch;
    private final ValueCursor valueCursor;
    private final TakeBack takeBack;
    private final Mutex notifyLock;

    /** Newest first; guarded by {@link #notifyLock}. */
    private final SharedList<Entry> notifyList;

    CnNotices(VirtualKernel kernel, Connector connector) {
        this.kernel = kernel;
        this.connector = connector;
        Variants variants = kernel.variants();
        this.requestSize = variants.policy(RequestSize.class, RequestSize.USUAL);
        this.rangeMatch = variants.policy(RangeMatch.class, RangeMatch.USUAL);
        this.takeBack = variants.policy(TakeBack.class, TakeBack.USUAL);
        this.valueCursor = variants.policy(ValueCursor.class, ValueCursor.USUAL);
        this.notifyLock = new Mutex(kernel.sched(), "notify_lock");
        this.notifyList = new SharedList<>(kernel.sched());
    }

    // ---- Requests ------------------------------------------------------------------------------

    /**
     * Stores a request, or takes equal ones back. One whose lengths do not fit is passed over, and
     * so is one for which there is no memory; nothing is ever answered.
     *
     * <p>Models {@code cn_callback()}. Context: process, a worker's. Sleeps: may.
     *
     * @param pid the process that asks, 0 for a module
     */
    void handle(CnMsg message, int pid) {
        ByteSlice data = message.data();
        if (!isWellFormed(data)) {
            return;
        }
        CnCtlMsg request = CnCtlMsg.over(data);
        if (request.group() == 0) {
            withdraw(request, pid);
            return;
        }
        int object = kernel.mm().kmalloc(size(request), GfpMask.KERNEL);
        if (object != 0) {
            Entry kept = new Entry(request.copy(), pid, object);
            notifyLock.lock();
            var _ = notifyList.addFirst(kept);
            notifyLock.unlock();
        }
    }

    private boolean isWellFormed(ByteSlice data) {
        int length = data.length();
        if (length < CnCtlMsgLayout.SIZE) {
            return false;
        }
        CnCtlMsg request = CnCtlMsg.over(data);
        return requestSize.of(request) == length && request.len() == length - CnCtlMsgLayout.SIZE;
    }

    private static int size(CnCtlMsg request) {
        return ENTRY_SIZE + request.bytes().length();
    }

    private void withdraw(CnCtlMsg request, int pid) {
        int others = 0;
        notifyLock.lock();
        SharedList.@Nullable Node<Entry> node = notifyList.firstLocked();
        while (node != null) {
            SharedList.@Nullable Node<Entry> next = notifyList.nextLocked(node);
            Entry entry = node.value();
            if (takeBack.isAllowed(entry.pid, pid) && isEqual(entry.request, request)) {
                var _ = notifyList.remove(node);
                kernel.mm().kfree(entry.object);
                others += entry.pid == pid ? 0 : 1;
            }
            node = next;
        }
        notifyLock.unlock();
        if (others != 0) {
            reportKnown(TAKEN_BACK, "process " + pid + " takes back " + others + " of others");
        }
    }

    private void reportKnown(String rule, String what) {
        kernel.report(rule, what, StackTraces.here(), KnownCounterExamples.isKnown(rule, what));
    }

    /** Models {@code cn_ctl_msg_equals()}: the group does not count. */
    private boolean isEqual(CnCtlMsg one, CnCtlMsg other) {
        int idxRanges = one.idxNotifyNum();
        int valRanges = one.valNotifyNum();
        return idxRanges == other.idxNotifyNum()
                && valRanges == other.valNotifyNum()
                && one.len() == other.len()
                && areEqual(one, other, 0, idxRanges)
                && areEqual(one, other, idxRanges, valRanges);
    }

    /** Whether {@code count} ranges from {@code from} on, both unsigned, are the same in both. */
    private boolean areEqual(CnCtlMsg one, CnCtlMsg other, int from, int count) {
        for (int i = 0; i != count; i++) {
            CnNotifyReq range = read(one, from + i, "cn_ctl_msg_equals()");
            if (range == null || !range.equals(other.request(from + i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * The range at a place, unsigned, of a request. Beyond its end Linux would read on: that is
     * reported, and null.
     */
    private @Nullable CnNotifyReq read(CnCtlMsg request, int place, String function) {
        int stored = request.len() / CnNotifyReqLayout.SIZE;
        if (Integer.compareUnsigned(place, stored) < 0) {
            return request.request(place);
        }
        kernel.report(
                "out-of-bounds read",
                function
                        + " reads range "
                        + Integer.toUnsignedString(place)
                        + " of a request that has "
                        + stored,
                StackTraces.here(),
                false);
        return null;
    }

    /**
     * Forgets all requests. Differs from Linux, which leaks them: here they are reported and freed.
     */
    void stop() {
        int left = notifyList.size();
        if (left != 0) {
            reportKnown(OUTLIVE, left + " requests for notices are left behind");
        }
        notifyLock.lock();
        SharedList.@Nullable Node<Entry> node = notifyList.firstLocked();
        while (node != null) {
            var _ = notifyList.remove(node);
            kernel.mm().kfree(node.value().object);
            node = notifyList.firstLocked();
        }
        notifyLock.unlock();
    }

    // ---- Notices -------------------------------------------------------------------------------

    /**
     * Tells each who asked for it that a callback came or went: a message with the callback's id
     * and the event as {@code ack}. That nobody gets it does not matter.
     *
     * <p>Models {@code cn_notify()}. Context: process. Sleeps: may.
     */
    void tell(CbId id, int event) {
        notifyLock.lock();
        SharedList.@Nullable Node<Entry> node = notifyList.firstLocked();
        if (node != null) {
            CnMsg notice = CnMsg.builder(id).ack(event).build();
            for (; node != null; node = notifyList.nextLocked(node)) {
                CnCtlMsg request = node.value().request;
                if (wants(request, id)) {
                    var _ = connector.netlinkSend(notice, 0, request.group(), GfpMask.KERNEL);
                }
            }
        }
        notifyLock.unlock();
    }

    private boolean wants(CnCtlMsg request, CbId id) {
        int idxRanges = request.idxNotifyNum();
        int matched = find(request, 0, idxRanges, id.idx());
        return matched >= 0
                && find(
                                request,
                                valueCursor.start(idxRanges, matched),
                                request.valNotifyNum(),
                                id.val())
                        >= 0;
    }

    /** The first of {@code count} ranges from {@code from} on that has the number, or -1. */
    private int find(CnCtlMsg request, int from, int count, int number) {
        for (int i = 0; i != count; i++) {
            CnNotifyReq range = read(request, from + i, "cn_notify()");
            if (range == null) {
                return -1;
            }
            if (rangeMatch.isIn(range, number)) {
                return from + i;
            }
        }
        return -1;
    }
}
