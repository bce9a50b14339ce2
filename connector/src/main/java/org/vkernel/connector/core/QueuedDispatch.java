package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.CnPolicies.CallbackQueue;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.SharedRef;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;
import org.vkernel.emulator.workqueue.Workqueue;

/**
 * The queued era, 2.6.14 to 2.6.38: a callback runs in a worker, after its sender has gone on.
 *
 * <p>N.B. The work queue has a thread for each CPU, and a message runs on the CPU that it was sent
 * from: messages to one id from two CPUs are called in any order, or at once. And a message that
 * finds its entry busy needs memory at once; where there is none it is lost, and its sender is not
 * told.
 */
final class QueuedDispatch implements CnDispatch, CnQueue.Submitter {
    /** The rule that a callback breaks by removing itself. */
    static final String REMOVES_ITSELF = "connector callback removes itself";

    // Rules that the era breaks by design; each is reported once in a connector's life.
    static final String LOSES_MESSAGES = "connector message lost for want of memory";
    static final String RUNS_TWICE = "connector callback runs on two CPUs at once";

    /** A message was lost for want of memory: the era tells nobody. */
    private static final TraceKind LOST =
            TraceKind.of("connector", "cn_message_lost", "idx", "val", "");

    /** About {@code sizeof(struct cn_callback_entry)} of that era, work included. */
    private static final int SHADOW_SIZE = 216;

    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final Connector connector;
    private final CbId ownId;
    private final @Nullable CnNotices notices;
    private final SharedRef<Workqueue> cqueue;

    /** The innermost call of each CPU's worker; each is exclusive to that worker. */
    private final @Nullable QueuedCall[] running;

    private boolean isRegistered;

    // For checks alone.
    private volatile boolean hasLost;
    private volatile boolean hasOverlapped;

    /**
     * Makes the policy.
     *
     * @param ownId the id of the connector's own callback
     */
    QueuedDispatch(VirtualKernel kernel, Connector connector, CbId ownId) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.connector = connector;
        this.ownId = ownId;
        this.notices =
                kernel.profile().hasRegistrationNotices() ? new CnNotices(kernel, connector) : null;
        this.cqueue = new SharedRef<>(sched, null);
        this.running = new @Nullable QueuedCall[sched.cpuCount()];
    }

    Scheduler sched() {
        return sched;
    }

    // ---- Coming and going ----------------------------------------------------------------------

    @Override
    public int start() {
        Workqueue queue =
                kernel.variants()
                        .policy(CallbackQueue.class, CallbackQueue.USUAL)
                        .make(kernel.workqueues());
        if (queue == null) {
            return -Errno.EINVAL;
        }
        cqueue.rcuAssign(queue);
        CnNotices control = notices;
        if (control != null) {
            int error =
                    connector.addCallback(
                            ownId,
                            "connector",
                            (message, sender) -> control.handle(message, sender.pid()));
            if (error != 0) {
                return -Errno.EINVAL;
            }
            isRegistered = true;
        }
        return 0;
    }

    @Override
    public void stop() {
        if (isRegistered) {
            connector.delCallback(ownId);
        }
        Workqueue queue = cqueue.rcuDereference();
        if (queue != null) {
            queue.flush();
            queue.destroy();
        }
        if (notices != null) {
            notices.stop();
        }
    }

    // ---- Messages ------------------------------------------------------------------------------

    @Override
    public int call(SkBuff skb, int idx, int val, int size) {
        CnQueue queue = connector.queue();
        if (queue == null) {
            return -Errno.ENODEV;
        }
        int result = queue.submit(idx, val, skb, this);
        if (result == -Errno.ENOMEM) {
            Trace trace = kernel.trace();
            if (trace.isActive()) {
                trace.emit(LOST, Integer.toUnsignedLong(idx), Integer.toUnsignedLong(val), 0);
            }
            if (!hasLost) {
                hasLost = true;
                queue.reportKnown(
                        LOSES_MESSAGES,
                        CbId.of(idx, val) + " was busy, and there was no memory for one more");
            }
        }
        return result;
    }

    @Override
    public int submit(CallbackEntry entry, SkBuff skb) {
        Workqueue queue = cqueue.rcuDereference();
        if (queue == null) {
            return -Errno.ENODEV;
        }
        QueuedCall own = entry.ownCall();
        if (own == null) {
            own = new QueuedCall(this, kernel.workqueues(), entry, 0);
            entry.setOwnCall(own);
        }
        if (own.isFree()) {
            return own.submit(queue, skb);
        }
        int shadow = kernel.mm().kmalloc(SHADOW_SIZE, GfpMask.ATOMIC);
        if (shadow == 0) {
            return -Errno.ENOMEM;
        }
        int error = new QueuedCall(this, kernel.workqueues(), entry, shadow).submit(queue, skb);
        if (error != 0) {
            freeShadow(shadow);
        }
        return error;
    }

    void freeShadow(int object) {
        kernel.mm().kfree(object);
    }

    /** Calls a callback. Context: process, a worker's. */
    void call(CallbackEntry entry, CnMsg message, SenderInfo sender) {
        Trace trace = kernel.trace();
        boolean isTraced = trace.isActive();
        if (isTraced) {
            trace.emit(DirectDispatch.ENTRY, message.idx(), message.val(), message.seq());
        }
        CodeWatch watch = sched.codeWatch();
        ConnectorCallback callback = entry.callback();
        if (watch == null) {
            callback.call(message, sender);
        } else if (watch.enter(CodeWatch.Kind.CALLBACK, entry, CnQueue.nameOf(entry), callback)) {
            callback.call(message, sender);
            watch.leave(callback);
        }
        if (isTraced) {
            trace.emit(DirectDispatch.EXIT, message.idx(), message.val(), 0);
        }
    }

    /** A worker begins a call; returns the one that it is in the middle of, or null. */
    @Nullable QueuedCall enter(QueuedCall call) {
        int cpu = sched.thisCpu().index();
        QueuedCall outer = running[cpu];
        running[cpu] = call;
        if (kernel.skbs().isChecked()) {
            checkOverlap(call, cpu);
        }
        return outer;
    }

    /** Looks whether another CPU is in the middle of a call of the same entry. */
    private void checkOverlap(QueuedCall call, int cpu) {
        for (int other = 0; other < running.length && !hasOverlapped; other++) {
            if (other != cpu && call.isOfSameEntry(running[other])) {
                hasOverlapped = true;
                String what =
                        call.entry() + " is called on CPU " + cpu + " while it runs on " + other;
                kernel.report(
                        RUNS_TWICE,
                        what,
                        StackTraces.here(),
                        KnownCounterExamples.isKnown(RUNS_TWICE, what));
            }
        }
    }

    /** A worker has ended a call that it began within {@code outer}. */
    void leave(@Nullable QueuedCall outer) {
        running[sched.thisCpu().index()] = outer;
    }

    // ---- Callbacks -----------------------------------------------------------------------------

    @Override
    public void added(CbId id) {
        if (notices != null) {
            notices.tell(id, CnNotices.REGISTERED);
        }
    }

    /**
     * Waits until no call of the entry is queued or runs. Context: process; sleeps.
     *
     * <p>N.B. A callback that takes its own entry off comes back from here, since its worker runs
     * the rest of its list by hand instead of waiting, and the entry is freed under its own call.
     */
    @Override
    public void unlinked(CallbackEntry entry) {
        Workqueue queue = cqueue.rcuDereference();
        if (queue == null) {
            return;
        }
        Task task = sched.current();
        QueuedCall call = running[sched.thisCpu().index()];
        for (; call != null; call = call.below()) {
            if (call.isRunBy(task, entry)) {
                kernel.report(
                        REMOVES_ITSELF,
                        entry
                                + " calls cn_del_callback() of itself, whose flush cannot wait for"
                                + " its own worker: the entry is freed while it is called (later"
                                + " kernels of the era deadlock)",
                        StackTraces.here(),
                        false);
                break;
            }
        }
        queue.flush();
    }

    @Override
    public void deleted(CbId id) {
        if (notices != null) {
            notices.tell(id, CnNotices.UNREGISTERED);
        }
    }
}
