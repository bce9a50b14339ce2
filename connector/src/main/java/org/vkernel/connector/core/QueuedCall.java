package org.vkernel.connector.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnMsgHeader;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.SharedRef;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.workqueue.Work;
import org.vkernel.emulator.workqueue.Workqueue;
import org.vkernel.emulator.workqueue.Workqueues;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.wire.SkBuffBytes;

/**
 * A call of a callback that a worker makes: the work of an entry, with room for one message, or
 * that of a shadow of it. Models {@code struct cn_callback_data}.
 */
final class QueuedCall implements Work.Function {
    private final QueuedDispatch dispatch;
    private final CallbackEntry entry;

    /** The memory of a shadow; 0 for an entry's own work. */
    private final int shadow;

    /** The message, from its queueing until its call has ended: longer than the work is pending. */
    private final SharedRef<SkBuff> data;

    private final Work work;

    // Exclusive to the worker that runs it.
    private @Nullable Task runner;
    private @Nullable QueuedCall below;

    QueuedCall(QueuedDispatch dispatch, Workqueues queues, CallbackEntry entry, int shadow) {
        this.dispatch = dispatch;
        this.entry = entry;
        this.shadow = shadow;
        this.data = new SharedRef<>(dispatch.sched(), null);
        this.work = new Work(queues, entry.name(), this);
    }

    /** Whether it can take a message. The caller holds the queue's lock. */
    boolean isFree() {
        return !work.isPending() && data.rcuDereference() == null;
    }

    /**
     * Has {@code queue} call it for a message. The caller holds the queue's lock. Ownership: the
     * caller's reference is taken over unless this fails.
     *
     * @return 0, or {@code -EINVAL} if the queue refuses
     */
    int submit(Workqueue queue, SkBuff skb) {
        data.rcuAssign(skb);
        if (!queue.queue(work)) {
            data.rcuAssign(null);
            return -Errno.EINVAL;
        }
        return 0;
    }

    /** Models {@code cn_queue_wrapper()}. Context: process, a worker's. */
    @Override
    public void run(Work itself) {
        SkBuff skb = Objects.requireNonNull(data.rcuDereference());
        runner = dispatch.sched().current();
        below = dispatch.enter(this);
        int at = skb.data() + NlmsghdrLayout.NLMSG_HDRLEN;
        int size = CnMsgHeader.length(CnMsgHeader.len(skb.head(), at));
        CnMsg message = CnMsg.over(SkBuffBytes.of(skb, NlmsghdrLayout.NLMSG_HDRLEN, size));
        dispatch.call(entry, message, new SenderInfo(skb));
        dispatch.leave(below);
        below = null;
        runner = null;
        skb.free("NOT_SPECIFIED");
        data.rcuAssign(null);
        if (shadow != 0) {
            dispatch.freeShadow(shadow);
        }
    }

    CallbackEntry entry() {
        return entry;
    }

    /** Whether {@code other}, or a call that waits for it, is one of the same entry. */
    boolean isOfSameEntry(@Nullable QueuedCall other) {
        for (QueuedCall call = other; call != null; call = call.below) {
            if (call.entry == entry) {
                return true;
            }
        }
        return false;
    }

    /** What runs in the same worker and waits for this call. */
    @Nullable QueuedCall below() {
        return below;
    }

    /** Whether {@code task} is in the middle of this call, and it is one of {@code of}. */
    boolean isRunBy(Task task, CallbackEntry of) {
        return runner == task && entry == of;
    }
}
