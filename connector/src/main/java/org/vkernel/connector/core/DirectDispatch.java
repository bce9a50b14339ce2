package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.sched.KernelHalt;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskExit;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.wire.SkBuffBytes;

/** The direct era: a callback runs in its sender's context, before the send returns. */
final class DirectDispatch implements CnDispatch {
    static final TraceKind ENTRY =
            TraceKind.of("connector", "cn_callback_entry", "idx", "val", "seq");
    static final TraceKind EXIT = TraceKind.of("connector", "cn_callback_exit", "idx", "val", "");

    private final VirtualKernel kernel;
    private final Connector connector;

    DirectDispatch(VirtualKernel kernel, Connector connector) {
        this.kernel = kernel;
        this.connector = connector;
    }

    @Override
    public int call(SkBuff skb, int idx, int val, int size) {
        Task running = kernel.sched().current();
        CnQueue queue = connector.queue();
        @Nullable CallbackEntry entry = queue == null ? null : queue.get(running, idx, val);
        if (queue == null || entry == null) {
            return -Errno.ENODEV;
        }
        run(running, entry, queue, skb, size);
        skb.free(running, "NOT_SPECIFIED");
        queue.release(entry);
        return 0;
    }

    private void run(Task task, CallbackEntry entry, CnQueue queue, SkBuff skb, int size) {
        boolean wasRemoved = entry.isRemovedByOther(task);
        if (wasRemoved) {
            queue.reportKnown(
                    CnQueue.RUNS_AFTER_REMOVAL,
                    entry + " is called although cn_del_callback() has returned");
        }
        CodeWatch watch = kernel.sched().codeWatch();
        if (watch != null && !wasRemoved && !isThere(watch, entry)) {
            return;
        }
        CnMsg message = CnMsg.over(SkBuffBytes.of(skb, NlmsghdrLayout.NLMSG_HDRLEN, size));
        Trace trace = kernel.trace();
        boolean isTraced = trace.isActive();
        if (isTraced) {
            trace.emit(ENTRY, message.idx(), message.val(), message.seq());
        }
        try {
            entry.callback().call(message, new SenderInfo(skb));
        } catch (KernelHalt | TaskExit end) {
            throw end;
        } catch (Throwable thrown) {
            endCallback(entry, queue, thrown, task);
        }
        if (isTraced) {
            trace.emit(EXIT, message.idx(), message.val(), 0);
        }
        if (!wasRemoved && entry.isRemovedByOther(task)) {
            queue.reportKnown(
                    CnQueue.RUNS_AFTER_REMOVAL,
                    entry + " still ran when cn_del_callback() returned");
        }
    }

    /**
     * Whether its module is. That a call outlasts its module is not told here, but by the rule of
     * this room on calls that outlast their removal.
     */
    private static boolean isThere(CodeWatch watch, CallbackEntry entry) {
        ConnectorCallback callback = entry.callback();
        boolean isThere =
                watch.enter(CodeWatch.Kind.CALLBACK, entry, CnQueue.nameOf(entry), callback);
        if (isThere) {
            watch.leave(callback);
        }
        return isThere;
    }

    /** A callback ended in an exception: an oops, unless its module may be gone by now. */
    private void endCallback(CallbackEntry entry, CnQueue queue, Throwable thrown, Task task) {
        if (entry.isRemovedByOther(task)) {
            queue.reportKnown(
                    CnQueue.RUNS_AFTER_REMOVAL, entry + " after its removal met " + thrown);
            return;
        }
        kernel.oops(thrown);
        throw new TaskExit();
    }
}
