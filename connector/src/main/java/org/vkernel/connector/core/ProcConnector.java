package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.abi.ProcEventLayout;
import org.vkernel.connector.core.ProcPolicies.AckDue;
import org.vkernel.connector.core.ProcPolicies.AckNumber;
import org.vkernel.connector.core.ProcPolicies.EventBytes;
import org.vkernel.connector.core.ProcPolicies.EventGfp;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnMsgHeader;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcEvent.Stamp;
import org.vkernel.connector.wire.ProcEvent.TaskId;
import org.vkernel.connector.wire.ProcEventHeader;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.LocalLock;
import org.vkernel.emulator.locking.PerCpu;
import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.ProcessEvents;
import org.vkernel.emulator.process.UserThread;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.variant.Variants;

/**
 * The connector's own user: process events, under id 1:1.
 *
 * <p>Models drivers/connector/cn_proc.c. Each event is a multicast to group 1, made and sent by the
 * task that it happens to, under a lock that keeps it on its CPU: the numbers of a CPU's events are
 * in the order of sending, those of several CPUs are not told apart. A member that has no room
 * loses an event, and nobody else knows. Who is told at all is up to {@link ProcListeners}.
 *
 * <p>N.B. what Linux does: a request's acknowledgement is an event, too. It goes to the group, not
 * to who asked, has the CPU's number instead of the request's, and is not made while nobody
 * listens.
 */
final class ProcConnector implements ProcessEvents {
    private static final CbId ID = CbId.of(ConnectorId.CN_IDX_PROC, ConnectorId.CN_VAL_PROC);
    private static final TaskId NOBODY = new TaskId(0, 0);

    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final Rcu rcu;
    private final Connector connector;
    private final ProcListeners listeners;
    private final LocalLock lock;
    private final PerCpu<LocalEvents> local;
    private final EventBytes eventBytes;
    private final GfpMask eventGfp;
    private final AckNumber ackNumber;
    private final AckDue ackDue;

    ProcConnector(VirtualKernel kernel, Connector connector) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.rcu = kernel.rcu();
        this.connector = connector;
        this.listeners =
                kernel.profile().processEvents() == Profile.ProcessEvents.COUNTED
                        ? new CountedListeners(kernel)
                        : new FilteredListeners(kernel);
        this.lock = LocalLock.of(sched, "local_event.lock");
        this.local = new PerCpu<>(sched, cpu -> new LocalEvents());
        Variants variants = kernel.variants();
        this.eventBytes = variants.policy(EventBytes.class, EventBytes.USUAL);
        this.eventGfp = variants.policy(EventGfp.class, EventGfp.USUAL).mask();
        this.ackNumber = variants.policy(AckNumber.class, AckNumber.USUAL);
        this.ackDue = variants.policy(AckDue.class, AckDue.USUAL);
    }

    /**
     * Registers with the connector. Models {@code cn_proc_init()}. Context: process. Sleeps: may.
     *
     * @return 0 or a negative errno
     */
    int init() {
        int error = connector.addCallback(ID, "cn_proc", this::control);
        if (error != 0) {
            kernel.printk(LogLevel.WARNING, "cn_proc failed to register");
            return error;
        }
        kernel.processTable().register(this);
        return 0;
    }

    void exit() {
        kernel.processTable().unregister(this);
        connector.delCallback(ID);
    }

    // ---- Requests ------------------------------------------------------------------------------

    /** Models {@code cn_proc_mcast_ctl()} and {@code cn_proc_ack()}. */
    private void control(CnMsg message, SenderInfo sender) {
        int error = listeners.control(message, sender);
        if (error != ProcListeners.SILENT && ackDue.isDue(listeners)) {
            send(new ProcEvent.Ack(stamp(), error), message.seq(), message.ack() + 1, 0);
        }
    }

    // ---- Events --------------------------------------------------------------------------------

    @Override
    public void forked(UserThread child) {
        if (listeners.hasAny()) {
            Stamp stamp = stamp();
            rcu.readLock();
            TaskId parent = idOf(child.realParent());
            rcu.readUnlock();
            send(new ProcEvent.Fork(stamp, parent, idOf(child)));
        }
    }

    @Override
    public void executed(UserThread thread) {
        if (listeners.hasAny()) {
            send(new ProcEvent.Exec(stamp(), idOf(thread)));
        }
    }

    @Override
    public void userIdsChanged(UserThread thread) {
        if (listeners.hasAny()) {
            Credentials now = thread.process().credentials();
            send(new ProcEvent.Uid(stamp(), idOf(thread), now.ruid(), now.euid()));
        }
    }

    @Override
    public void groupIdsChanged(UserThread thread) {
        if (listeners.hasAny()) {
            Credentials now = thread.process().credentials();
            send(new ProcEvent.Gid(stamp(), idOf(thread), now.rgid(), now.egid()));
        }
    }

    @Override
    public void sessionBegun(UserThread leader) {
        if (listeners.hasAny()) {
            send(new ProcEvent.Sid(stamp(), idOf(leader)));
        }
    }

    @Override
    public void traced(UserThread thread, UserThread tracer) {
        if (listeners.hasAny()) {
            send(new ProcEvent.Ptrace(stamp(), idOf(thread), idOf(tracer)));
        }
    }

    @Override
    public void untraced(UserThread thread) {
        if (listeners.hasAny()) {
            send(new ProcEvent.Ptrace(stamp(), idOf(thread), NOBODY));
        }
    }

    @Override
    public void renamed(UserThread thread) {
        if (listeners.hasAny()) {
            send(new ProcEvent.Comm(stamp(), idOf(thread), thread.comm()));
        }
    }

    @Override
    public void coreDumped(UserThread thread) {
        if (listeners.hasAny()) {
            Stamp stamp = stamp();
            send(new ProcEvent.Coredump(stamp, idOf(thread), parentOf(thread)));
        }
    }

    @Override
    public void exited(UserThread thread) {
        if (listeners.hasAny()) {
            Stamp stamp = stamp();
            int code = thread.exitCode();
            TaskId parent = parentOf(thread);
            send(
                    new ProcEvent.Exit(stamp, idOf(thread), code, thread.exitSignal(), parent),
                    0,
                    0,
                    code);
        }
    }

    /** The parent of a task that nobody has waited for yet; of others nobody. */
    private TaskId parentOf(UserThread thread) {
        rcu.readLock();
        TaskId parent = thread.isPidAlive() ? idOf(thread.realParent()) : NOBODY;
        rcu.readUnlock();
        return parent;
    }

    private static TaskId idOf(@Nullable UserThread thread) {
        return thread == null ? NOBODY : new TaskId(thread.pid(), thread.tgid());
    }

    // ---- Sending -------------------------------------------------------------------------------

    /** When an event happened; where is known when it is sent. */
    private Stamp stamp() {
        return new Stamp(ProcEventHeader.NO_CPU, kernel.clock().ns());
    }

    private void send(ProcEvent event) {
        send(event, 0, 0, 0);
    }

    /**
     * Numbers an event and sends it from this CPU.
     *
     * <p>Models {@code send_msg()}. Context: process. Sleeps: never. What cannot be sent is lost.
     */
    private void send(ProcEvent event, int requestSeq, int ack, int exitCode) {
        Task running = sched.current();
        lock.lock(running);
        LocalEvents mine = local.here(running);
        EventMessage buffer = mine.takeBuffer();
        byte[] bytes = buffer.bytes();
        eventBytes.put(event, bytes, CnMsgLayout.SIZE);
        int seq =
                event instanceof ProcEvent.Ack
                        ? ackNumber.next(mine, event.what(), requestSeq)
                        : mine.begin(event.what(), exitCode);
        CnMsgHeader.put(bytes, 0, seq, ack, ProcEventLayout.SIZE, 0);
        ProcEventHeader.putCpu(bytes, CnMsgLayout.SIZE, running.cpu().index());
        var _ =
                connector.netlinkSendMult(
                        running,
                        buffer.message(),
                        ProcEventLayout.SIZE,
                        0,
                        ConnectorId.CN_IDX_PROC,
                        eventGfp,
                        listeners.filter(),
                        mine);
        mine.giveBack(buffer);
        lock.unlock(running);
    }
}
