package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.CnCtlMsgLayout;
import org.vkernel.connector.abi.CnNotifyReqLayout;
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

    /** A rule that Linux breaks as well. */
    static final String OUTLIVE = "connector notice requests outlive the connector";

    /** {@code sizeof(struct cn_ctl_entry)} without the request behind it. */
    private static final int ENTRY_SIZE = 24;

    private final VirtualKernel kernel;
    private final Connector connector;
    private final Mutex notifyLock;

    /** Newest first; guarded by {@link #notifyLock}. */
    private final SharedList<CnCtlMsg> notifyList;

    CnNotices(VirtualKernel kernel, Connector connector) {
        this.kernel = kernel;
        this.connector = connector;
        this.notifyLock = new Mutex(kernel.sched(), "notify_lock");
        this.notifyList = new SharedList<>(kernel.sched());
    }

    // ---- Requests ------------------------------------------------------------------------------

    /**
     * Stores a request, or takes equal ones back. One whose lengths do not fit is passed over, and
     * so is one for which there is no memory; nothing is ever answered.
     *
     * <p>Models {@code cn_callback()}. Context: process, a worker's. Sleeps: may.
     */
    void handle(CnMsg message) {
        ByteSlice data = message.data();
        if (!isWellFormed(data)) {
            return;
        }
        CnCtlMsg request = CnCtlMsg.over(data);
        if (request.group() == 0) {
            withdraw(request);
        } else if (kernel.mm().kmalloc(size(request), GfpMask.KERNEL)) {
            CnCtlMsg kept = request.copy();
            notifyLock.lock();
            var _ = notifyList.addFirst(kept);
            notifyLock.unlock();
        }
    }

    private static boolean isWellFormed(ByteSlice data) {
        int length = data.length();
        if (length < CnCtlMsgLayout.SIZE) {
            return false;
        }
        CnCtlMsg request = CnCtlMsg.over(data);
        long ranges =
                Integer.toUnsignedLong(request.idxNotifyNum())
                        + Integer.toUnsignedLong(request.valNotifyNum());
        int rest = length - CnCtlMsgLayout.SIZE;
        return ranges * CnNotifyReqLayout.SIZE == rest && request.len() == rest;
    }

    private static int size(CnCtlMsg request) {
        return ENTRY_SIZE + request.bytes().length();
    }

    private void withdraw(CnCtlMsg request) {
        notifyLock.lock();
        SharedList.@Nullable Node<CnCtlMsg> node = notifyList.first();
        while (node != null) {
            SharedList.@Nullable Node<CnCtlMsg> next = notifyList.next(node);
            if (isEqual(node.value(), request)) {
                var _ = notifyList.remove(node);
                kernel.mm().kfree(size(node.value()));
            }
            node = next;
        }
        notifyLock.unlock();
    }

    /** Models {@code cn_ctl_msg_equals()}: the group does not count. Both are well formed. */
    private static boolean isEqual(CnCtlMsg one, CnCtlMsg other) {
        int idxRanges = one.idxNotifyNum();
        int valRanges = one.valNotifyNum();
        if (idxRanges != other.idxNotifyNum() || valRanges != other.valNotifyNum()) {
            return false;
        }
        for (int i = 0; i < idxRanges + valRanges; i++) {
            if (!one.request(i).equals(other.request(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Forgets all requests. Differs from Linux, which leaks them: here they are reported and freed.
     */
    void stop() {
        int left = notifyList.size();
        if (left != 0) {
            String what = left + " requests for notices are left behind";
            kernel.report(
                    OUTLIVE, what, StackTraces.here(), KnownCounterExamples.isKnown(OUTLIVE, what));
        }
        notifyLock.lock();
        SharedList.@Nullable Node<CnCtlMsg> node = notifyList.first();
        while (node != null) {
            var _ = notifyList.remove(node);
            kernel.mm().kfree(size(node.value()));
            node = notifyList.first();
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
        SharedList.@Nullable Node<CnCtlMsg> node = notifyList.first();
        if (node != null) {
            CnMsg notice = CnMsg.builder(id).ack(event).build();
            for (; node != null; node = notifyList.next(node)) {
                CnCtlMsg request = node.value();
                if (wants(request, id)) {
                    var _ = connector.netlinkSend(notice, 0, request.group(), GfpMask.KERNEL);
                }
            }
        }
        notifyLock.unlock();
    }

    private static boolean wants(CnCtlMsg request, CbId id) {
        int idxRanges = request.idxNotifyNum();
        return contains(request, 0, idxRanges, id.idx())
                && contains(request, idxRanges, request.valNotifyNum(), id.val());
    }

    private static boolean contains(CnCtlMsg request, int from, int count, int number) {
        for (int i = from; i < from + count; i++) {
            CnNotifyReq range = request.request(i);
            if (range.contains(number)) {
                return true;
            }
        }
        return false;
    }
}
