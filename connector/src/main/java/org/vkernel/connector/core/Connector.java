package org.vkernel.connector.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.ConnectorLimits;
import org.vkernel.connector.core.CnPolicies.OpenGroups;
import org.vkernel.connector.core.CnPolicies.QueueBirth;
import org.vkernel.connector.core.CnPolicies.QueueDeath;
import org.vkernel.connector.core.CnPolicies.RxInput;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.Module;
import org.vkernel.emulator.module.ModuleRef;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.shared.SharedRef;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkKernelConfig;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.core.NetlinkTxFilter;

/**
 * The connector: callbacks by id for what processes send, and groups by id for what modules send.
 * Modules get it with {@code kernel.use(Connector.class)}.
 *
 * <p>Models {@code struct cn_dev} and drivers/connector/connector.c, of both eras with one API,
 * that of the direct one. What differs is when and where a callback is called ({@link
 * ConnectorCallback}), what {@link #delCallback} waits for, and who can be told of ids that come
 * and go: in the queued era, by a message to the connector's own id ({@link
 * org.vkernel.connector.wire.CnCtlMsg}). {@code cn_netlink_send()} of the queued era has no port:
 * there modules give 0.
 *
 * <p>Context: registration and removal in a process, sending in any; each method says more. Errors:
 * 0 or a positive result, else a negative errno; nothing is thrown.
 */
public final class Connector {
    private static final TraceKind ADD =
            TraceKind.of("connector", "cn_add_callback", "idx", "val", "result");
    private static final TraceKind DELETE =
            TraceKind.of("connector", "cn_del_callback", "idx", "val", "");
    private static final TraceKind SEND =
            TraceKind.of("connector", "cn_netlink_send", "portid", "group", "result");

    private static final String PROC_FILE = "/proc/net/connector";

    private final VirtualKernel kernel;
    private final Netlink netlink;
    private final CnDispatch dispatch;
    private final SharedInt alreadyInitialized;
    private final OpenGroups openGroups;
    private final boolean queueIsFirst;
    private final boolean queueIsLast;

    // struct cn_dev
    private final SharedRef<CnSendPath> nls;
    private final SharedRef<CnQueue> cbdev;

    /** Whether the one hint at an id that nobody gave out was logged. */
    private volatile boolean isHinted;

    /**
     * A connector that is not there yet: see {@link #init}.
     *
     * @param ownId where requests for registration notices go, in the queued era
     */
    Connector(VirtualKernel kernel, CbId ownId) {
        this.kernel = kernel;
        this.netlink = kernel.use(Netlink.class);
        Variants variants = kernel.variants();
        this.dispatch =
                switch (kernel.profile().era()) {
                    case QUEUED -> new QueuedDispatch(kernel, this, ownId);
                    case DIRECT -> new DirectDispatch(kernel, this);
                };
        this.openGroups = variants.policy(OpenGroups.class, OpenGroups.USUAL);
        this.queueIsFirst = variants.policy(QueueBirth.class, QueueBirth.USUAL).isFirst();
        this.queueIsLast = variants.policy(QueueDeath.class, QueueDeath.USUAL).isLast();
        this.alreadyInitialized = new SharedInt(kernel.sched(), 0);
        this.nls = new SharedRef<>(kernel.sched(), null);
        this.cbdev = new SharedRef<>(kernel.sched(), null);
    }

    // ---- Setting up and taking down ------------------------------------------------------------

    /**
     * Sets it up. N.B. as in Linux its socket takes messages before there is a queue to find their
     * callbacks in.
     *
     * <p>Models {@code cn_init()}. Context: process. Sleeps: may.
     *
     * @param owner what each socket of the protocol pins
     * @return 0; {@code -EIO} if the protocol's socket cannot be made; {@code -EINVAL} if there is
     *     no memory for the queue, or the queued era's own callback cannot be registered
     */
    int init(ModuleRef owner) {
        CnQueue early = queueIsFirst ? CnQueue.alloc(kernel, "cqueue") : null;
        if (early != null) {
            cbdev.rcuAssign(early);
        }
        NetlinkSock socket =
                netlink.kernelCreate(NetlinkProtocol.NETLINK_CONNECTOR, socketConfig(owner));
        if (socket == null) {
            if (early != null) {
                cbdev.rcuAssign(null);
                early.free();
            }
            return -Errno.EIO;
        }
        nls.rcuAssign(new CnSendPath(kernel, netlink, socket));
        CnQueue queue = early != null ? early : CnQueue.alloc(kernel, "cqueue");
        if (queue == null) {
            netlink.kernelRelease(socket);
            return -Errno.EINVAL;
        }
        cbdev.rcuAssign(queue);
        alreadyInitialized.setOnce(1);
        int error = dispatch.start();
        if (error != 0) {
            queue.noteInitFailed();
            takeDown(queue, socket);
            return error;
        }
        // N.B. as in Linux nobody looks whether there was memory for it.
        var _ = kernel.proc().create(PROC_FILE, this::show);
        return 0;
    }

    /** {@code /proc/net/connector}. Models {@code cn_proc_show()}. */
    private void show(StringBuilder text) {
        text.append("Name            ID\n");
        CnQueue queue = queue();
        if (queue != null) {
            queue.forEach(
                    entry -> text.append(String.format("%-15s %s\n", entry.name(), entry.id())));
        }
    }

    private NetlinkKernelConfig socketConfig(ModuleRef owner) {
        Profile profile = kernel.profile();
        RxInput input =
                kernel.variants()
                        .policy(RxInput.class, new CnReceivePath(kernel, dispatch)::receive);
        NetlinkKernelConfig config =
                NetlinkKernelConfig.DEFAULT
                        .groups(profile.connectorUsers() + ConnectorLimits.GROUPS_OVER_USERS)
                        .input(input)
                        .owner(owner);
        return switch (profile.connectorBind()) {
            case PRIVILEGED -> config;
            case ODD_GROUPS ->
                    config.flags(NetlinkKernelConfig.NONROOT_RECV)
                            .bind(this::bindGroup)
                            .release(sk -> FilteredListeners.release(kernel, sk));
        };
    }

    /**
     * Whether the running process may join {@code group}. N.B. as in Linux the bit of group 1 is
     * looked for in the group's number, so that everybody may join the odd ones.
     *
     * <p>Models {@code cn_bind()}. Context: process. Sleeps: never.
     */
    private int bindGroup(int group) {
        return openGroups.contains(group) || kernel.currentIsCapable() ? 0 : -Errno.EPERM;
    }

    /**
     * Takes it down. N.B. as in Linux the queue goes before the socket, and if a callback is left
     * this does not end.
     *
     * <p>Models {@code cn_fini()}. Context: process. Sleeps: may.
     */
    void exit() {
        CnQueue queue = cbdev.rcuDereference();
        CnSendPath path = nls.rcuDereference();
        var _ = kernel.proc().remove(PROC_FILE);
        takeDown(Objects.requireNonNull(queue), Objects.requireNonNull(path).socket());
    }

    private void takeDown(CnQueue queue, NetlinkSock socket) {
        alreadyInitialized.setOnce(0);
        if (queueIsLast) {
            netlink.kernelRelease(socket);
            dispatch.stop();
            queue.free();
            return;
        }
        dispatch.stop();
        queue.free();
        netlink.kernelRelease(socket);
    }

    // ---- Callbacks -----------------------------------------------------------------------------

    /**
     * Registers what is called for each message to {@code id} that comes from user space; the id's
     * index is also the group that messages with this id are sent to.
     *
     * <p>Models {@code cn_add_callback()}. Context: process. Sleeps: may.
     *
     * @param name what it is called in {@code /proc/net/connector}; cut to 31 characters
     * @return 0; {@code -EAGAIN} before the connector is set up; {@code -EINVAL} if the id is
     *     taken; {@code -ENOMEM}
     */
    public int addCallback(CbId id, String name, ConnectorCallback callback) {
        CnQueue queue = cbdev.rcuDereference();
        if (alreadyInitialized.getOnce() == 0 || queue == null) {
            return -Errno.EAGAIN;
        }
        int error = queue.add(id, name, callback);
        if (error == 0) {
            hintAt(id, name);
            dispatch.added(id);
        }
        Trace trace = kernel.trace();
        if (trace.isActive()) {
            trace.emit(ADD, unsigned(id.idx()), unsigned(id.val()), error, name);
        }
        return error;
    }

    private void hintAt(CbId id, String name) {
        if (kernel.skbs().isChecked() && !isHinted && !ListedIds.contains(id)) {
            isHinted = true;
            kernel.printk(
                    LogLevel.INFO,
                    "connector: %s registers %s, which is not listed in connector.h; said once",
                    name,
                    id);
        }
    }

    /**
     * Takes a callback off, whoever registered it; an id that nobody registered is passed over.
     * N.B. in the direct era a call that has begun may outlast this, and one may even begin after
     * it. In the queued era this waits until none runs or is queued.
     *
     * <p>Models {@code cn_del_callback()}. Context: process. Sleeps: in the queued era.
     */
    public void delCallback(CbId id) {
        CnQueue queue = queue();
        if (queue == null) {
            return;
        }
        CallbackEntry entry = queue.unlink(id);
        if (entry != null) {
            dispatch.unlinked(entry);
            queue.releaseUnlinked(entry);
        }
        dispatch.deleted(id);
        Trace trace = kernel.trace();
        if (trace.isActive()) {
            trace.emit(DELETE, unsigned(id.idx()), unsigned(id.val()), entry == null ? 0 : 1);
        }
    }

    /**
     * The queue of callbacks. Where there is none yet, Linux would follow a null pointer: that is
     * reported, and null.
     */
    @Nullable CnQueue queue() {
        CnQueue queue = cbdev.rcuDereference();
        if (queue == null) {
            reportTooEarly();
        }
        return queue;
    }

    private void reportTooEarly() {
        String what = "cn_init() has not come to cn_queue_alloc_dev(): null pointer dereference";
        kernel.report(
                CnQueue.USED_BEFORE_INIT,
                what,
                StackTraces.here(),
                KnownCounterExamples.isKnown(CnQueue.USED_BEFORE_INIT, what));
    }

    // ---- Messages ------------------------------------------------------------------------------

    /**
     * As {@link #netlinkSendMult(CnMsg, int, int, int, GfpMask)} of one message, as long as it says
     * itself.
     *
     * <p>Models {@code cn_netlink_send()}.
     */
    public int netlinkSend(CnMsg message, int portid, int group, GfpMask gfp) {
        return netlinkSendMult(message, message.len(), portid, group, gfp, null, null);
    }

    /** As below, to all. */
    public int netlinkSendMult(CnMsg message, int len, int portid, int group, GfpMask gfp) {
        return netlinkSendMult(message, len, portid, group, gfp, null, null);
    }

    /**
     * Sends one or several messages to user space, in one netlink message: to the members of {@code
     * group}; if that is 0, to {@code portid}; if both are 0, to the group of the callback with the
     * message's id. N.B. where both are given, the port is who does <i>not</i> get it.
     *
     * <p>Models {@code cn_netlink_send_mult()}.
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it, to a port also until that has room.
     *
     * @param message the first message; the bytes behind it are the others
     * @param len how many bytes are sent behind the first message's header, whatever that says
     * @param portid unsigned
     * @param group unsigned
     * @param filter which members do not get it; null: all do
     * @param filterData what {@code filter} is given
     * @return 0 for a group, the padded length for a port; {@code -ENODEV} if nobody registered the
     *     id; {@code -ESRCH} if no member got it; {@code -ENOMEM}; {@code -ECONNREFUSED} if there
     *     is no such port, {@code -EAGAIN} if it is full and {@code gfp} does not allow to wait;
     *     {@code -ENOBUFS} if a member that asked for it lost it
     */
    public int netlinkSendMult(
            CnMsg message,
            int len,
            int portid,
            int group,
            GfpMask gfp,
            @Nullable NetlinkTxFilter filter,
            @Nullable Object filterData) {
        Task running = kernel.sched().current();
        return netlinkSendMult(running, message, len, portid, group, gfp, filter, filterData);
    }

    /** As above, for a caller that knows the running task. */
    int netlinkSendMult(
            Task running,
            CnMsg message,
            int len,
            int portid,
            int group,
            GfpMask gfp,
            @Nullable NetlinkTxFilter filter,
            @Nullable Object filterData) {
        int result = send(running, message, len, portid, group, gfp, filter, filterData);
        Trace trace = kernel.trace();
        if (trace.isActive()) {
            trace.emit(SEND, unsigned(portid), unsigned(group), result);
        }
        return result;
    }

    private int send(
            Task running,
            CnMsg message,
            int len,
            int portid,
            int group,
            GfpMask gfp,
            @Nullable NetlinkTxFilter filter,
            @Nullable Object filterData) {
        int to = group;
        if (portid == 0 && group == 0) {
            CnQueue queue = queue();
            long found =
                    queue == null ? -Errno.ENODEV : queue.groupOf(message.idx(), message.val());
            if (found < 0) {
                return (int) found;
            }
            to = (int) found;
        }
        CnSendPath path = nls.rcuDereference();
        if (path == null) {
            reportTooEarly();
            return -Errno.ENODEV;
        }
        return path.send(running, message, len, portid, to, gfp, filter, filterData);
    }

    /**
     * The connector's socket. A module sends to the connector itself, as processes do, with {@link
     * Netlink#unicast} from it to port 0: in the queued era a request for notices, for example.
     *
     * <p>Models {@code cdev.nls}.
     */
    public NetlinkSock socket() {
        return Objects.requireNonNull(nls.rcuDereference()).socket();
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    // ---- What is there -------------------------------------------------------------------------

    /** Whether a callback that is code of {@code module} may still be called. */
    boolean isCalledLater(Module module) {
        CnQueue queue = cbdev.rcuDereference();
        return queue != null && alreadyInitialized.getOnce() != 0 && queue.isCalledLater(module);
    }
}
