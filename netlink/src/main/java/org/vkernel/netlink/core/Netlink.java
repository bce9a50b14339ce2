package org.vkernel.netlink.core;

import com.google.common.collect.ObjectArrays;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.SharedBitmap;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.core.DeliveryPolicies.Overrun;
import org.vkernel.netlink.core.DeliveryPolicies.TapBytes;
import org.vkernel.netlink.core.SocketPolicies.RequestRight;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * The netlink core of one kernel: what modules call, and the parts behind it.
 *
 * <p>Models net/netlink/af_netlink.c. {@code kernel.use(Netlink.class)} gives it.
 */
public final class Netlink {
    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final AtomicReferenceArray<@Nullable NetlinkTable> tables =
            new AtomicReferenceArray<>(NetlinkProtocol.MAX_LINKS);

    private final NetlinkTableLock tableLock;
    private final NetlinkCounters counters;
    private final NetlinkTrace trace;
    private final NetlinkSockets sockets;
    private final NetlinkBind bind;
    private final NetlinkGroups groups;
    private final NetlinkUnicast unicast;
    private final NetlinkBroadcast broadcast;
    private final NetlinkDumps dumps;
    private final NetlinkRequests requests;
    private final NetlinkSendPath sendPath;
    private final NetlinkReceivePath receivePath;
    private final NetlinkOptions options;
    private final NetlinkProc proc;
    private final Overrun overrun;
    private final TapBytes tapBytes;
    private final RequestRight requestRight;

    /** Null where there is none; replaced as a whole. */
    private final AtomicReference<NetlinkTap @Nullable []> taps = new AtomicReference<>();

    /** Makes a kernel's core, without any protocol. */
    Netlink(VirtualKernel kernel) {
        this.kernel = kernel;
        sched = kernel.sched();
        Variants variants = kernel.variants();
        overrun = variants.policy(Overrun.class, Overrun.USUAL);
        tapBytes = variants.policy(TapBytes.class, TapBytes.USUAL);
        requestRight = variants.policy(RequestRight.class, RequestRight.USUAL);
        tableLock = new NetlinkTableLock(sched);
        counters = new NetlinkCounters(sched);
        trace = new NetlinkTrace(kernel.trace());
        sockets = new NetlinkSockets(this);
        groups = new NetlinkGroups(this);
        bind = new NetlinkBind(this);
        unicast = new NetlinkUnicast(this);
        broadcast = new NetlinkBroadcast(this);
        dumps = new NetlinkDumps(this);
        requests = new NetlinkRequests(this);
        sendPath = new NetlinkSendPath(this);
        receivePath = new NetlinkReceivePath(this);
        options = new NetlinkOptions(this);
        proc = new NetlinkProc(this);
    }

    // ---- The parts --------------------------------------------------------------------------

    VirtualKernel kernel() {
        return kernel;
    }

    Scheduler sched() {
        return sched;
    }

    /** The table of a protocol, made at its first use. */
    NetlinkTable table(int protocol) {
        NetlinkTable table = tables.get(protocol);
        if (table == null) {
            NetlinkTable made = new NetlinkTable(sched, protocol);
            if (protocol == NetlinkProtocol.NETLINK_USERSOCK) {
                sockets.addUserProtocol(made);
            }
            NetlinkTable other = tables.compareAndExchange(protocol, null, made);
            table = other == null ? made : other;
        }
        return table;
    }

    /** The table of a protocol, or null if it was never used. */
    @Nullable NetlinkTable existingTable(int protocol) {
        return tables.get(protocol);
    }

    NetlinkTableLock tableLock() {
        return tableLock;
    }

    NetlinkCounters counters() {
        return counters;
    }

    NetlinkTrace trace() {
        return trace;
    }

    NetlinkSockets sockets() {
        return sockets;
    }

    NetlinkBind bind() {
        return bind;
    }

    NetlinkGroups groups() {
        return groups;
    }

    NetlinkUnicast unicastPath() {
        return unicast;
    }

    NetlinkBroadcast broadcastPath() {
        return broadcast;
    }

    /** What processes' sends go through. */
    public NetlinkSendPath sendPath() {
        return sendPath;
    }

    /** What processes' receives go through. */
    public NetlinkReceivePath receivePath() {
        return receivePath;
    }

    /** Options of sockets. */
    public NetlinkOptions options() {
        return options;
    }

    NetlinkProc proc() {
        return proc;
    }

    // ---- System calls -----------------------------------------------------------------------

    /** {@code netlink_bind()}; see {@link NetlinkBind#bind}. Context: process; sleeps. */
    public int bind(NetlinkSock sk, SockaddrNl address) {
        return bind.bind(sk, address);
    }

    /** {@code netlink_connect()}; see {@link NetlinkBind#connect}. Context: process; sleeps. */
    public int connect(NetlinkSock sk, SockaddrNl address) {
        return bind.connect(sk, address);
    }

    /** The socket's own name ({@code netlink_getname()}). */
    public NetlinkAddress name(NetlinkSock sk) {
        return bind.name(sk);
    }

    /** Whom the socket is connected to. */
    public NetlinkAddress peer(NetlinkSock sk) {
        return bind.peer(sk);
    }

    // ---- For modules ------------------------------------------------------------------------

    /**
     * Makes the kernel's socket of a protocol, which registers the protocol.
     *
     * <p>Models {@code netlink_kernel_create()}. Context: process; sleeps.
     *
     * @return null if the protocol has one, does not exist, or there is no memory
     */
    public @Nullable NetlinkSock kernelCreate(int protocol, NetlinkKernelConfig config) {
        return sockets.createKernel(protocol, config);
    }

    /** {@code netlink_kernel_release()}. Context: process; sleeps. */
    public void kernelRelease(NetlinkSock kernelSocket) {
        sockets.releaseKernel(kernelSocket);
    }

    /**
     * {@code netlink_unicast()}: sends {@code skb}, which is taken, to a port id.
     *
     * <p>Context: any if {@code nonblock}, else process. Sleeps: only if not {@code nonblock}.
     *
     * @return the length delivered; {@code -ECONNREFUSED}; {@code -EAGAIN}; {@code -EINTR} or
     *     {@code -ERESTARTSYS}
     */
    public int unicast(NetlinkSock from, SkBuff skb, int portid, boolean nonblock) {
        return unicast.send(sched.current(), from, skb, portid, nonblock);
    }

    /**
     * {@code netlink_broadcast()}: sends {@code skb}, which is taken, to the members of a group but
     * the one that has {@code portid}.
     *
     * <p>Context: any; process if {@code gfp} allows blocking. Sleeps: if {@code gfp} allows it.
     *
     * @return 0 if anybody got it; {@code -ESRCH} if nobody did; {@code -ENOBUFS} if a member that
     *     wants senders to know has lost it
     */
    public int broadcast(NetlinkSock from, SkBuff skb, int portid, int group, GfpMask gfp) {
        return broadcast.send(sched.current(), from, skb, portid, group, gfp, null, null);
    }

    /**
     * {@code netlink_broadcast_filtered()}: as {@link #broadcast}, but for members that {@code
     * filter} takes out.
     */
    public int broadcastFiltered(
            NetlinkSock from,
            SkBuff skb,
            int portid,
            int group,
            GfpMask gfp,
            @Nullable NetlinkTxFilter filter,
            @Nullable Object data) {
        return broadcastFiltered(sched.current(), from, skb, portid, group, gfp, filter, data);
    }

    /** As above, for a caller that knows the running task. */
    public int broadcastFiltered(
            Task running,
            NetlinkSock from,
            SkBuff skb,
            int portid,
            int group,
            GfpMask gfp,
            @Nullable NetlinkTxFilter filter,
            @Nullable Object data) {
        return broadcast.send(running, from, skb, portid, group, gfp, filter, data);
    }

    /**
     * {@code netlink_set_err()}: makes an error pending at a group's members.
     *
     * @param errno positive
     * @return how many members did not want to know
     */
    public int setError(NetlinkSock from, int portid, int group, int errno) {
        return broadcast.setError(from, portid, group, errno);
    }

    /** {@code netlink_has_listeners()}: whether a group has members. Context: any. */
    public boolean hasListeners(NetlinkSock kernelSocket, int group) {
        if (sched.sim() == null) {
            return isListedIn(kernelSocket.table(), group); // the caller's CPU is its read section
        }
        kernel.rcu().readLock();
        boolean has = isListedIn(kernelSocket.table(), group);
        kernel.rcu().readUnlock();
        return has;
    }

    private static boolean isListedIn(NetlinkTable table, int group) {
        SharedBitmap bits = table.listeners();
        return bits != null
                && Integer.compareUnsigned(group - 1, table.groups()) < 0
                && bits.test(group - 1);
    }

    /** {@code netlink_change_ngroups()}: makes room for groups; 0 or {@code -ENOMEM}. */
    public int changeGroups(NetlinkSock kernelSocket, int count) {
        return sockets.changeGroups(kernelSocket, count);
    }

    /** {@code netlink_clear_multicast_users()}: takes all members out of a group. */
    public void clearMembers(NetlinkSock kernelSocket, int group) {
        groups.clear(kernelSocket, group);
    }

    /** {@code netlink_register_notifier()}: told of each close of a bound socket. */
    public void addNotifier(NetlinkNotifier notifier) {
        sockets.notifiers().add(notifier);
    }

    /** {@code netlink_unregister_notifier()}. */
    public void removeNotifier(NetlinkNotifier notifier) {
        sockets.notifiers().remove(notifier);
    }

    /** {@code netlink_add_tap()}: shows {@code tap} each delivery from now on. Context: process. */
    public void addTap(NetlinkTap tap) {
        taps.updateAndGet(
                all -> all == null ? new NetlinkTap[] {tap} : ObjectArrays.concat(all, tap));
    }

    /** {@code netlink_remove_tap()}. Context: process. */
    public void removeTap(NetlinkTap tap) {
        taps.updateAndGet(all -> all == null ? null : without(all, tap));
    }

    private static NetlinkTap @Nullable [] without(NetlinkTap[] all, NetlinkTap tap) {
        NetlinkTap[] left =
                Arrays.stream(all).filter(other -> !other.equals(tap)).toArray(NetlinkTap[]::new);
        return left.length == 0 ? null : left;
    }

    NetlinkTap @Nullable [] taps() {
        return taps.get();
    }

    /** Models {@code netlink_deliver_tap()}. */
    void deliverTo(NetlinkTap[] all, NetlinkSock to, SkBuff skb) {
        long now = sched.clockNs();
        for (NetlinkTap tap : all) {
            tap.deliver(now, to.protocol(), to.isKernel(), tapBytes.of(skb));
        }
    }

    /**
     * Whether who sent the request {@code skb}, which is the running task, may do what only the
     * privileged may; and whether who opened its socket might have, unless the request was
     * addressed to the kernel in so many words.
     *
     * <p>Models {@code netlink_capable()}. Context: process, the sender's.
     */
    public boolean isCapable(SkBuff skb) {
        return requestRight.isHeld(kernel, skb);
    }

    /** Requests to the kernel's socket, and their answers. */
    public NetlinkRequests requests() {
        return requests;
    }

    /** Answers in several parts. */
    public NetlinkDumps dumps() {
        return dumps;
    }

    /** What became of all copies of messages; exact while nothing runs. */
    public MessageCounts counts() {
        return counters.read();
    }

    /**
     * Checks what holds whenever nothing runs: charges and counts of each socket with a port id,
     * the members' list, and the bitmap of listeners. Context: process.
     *
     * @throws IllegalStateException naming what does not hold
     */
    void checkInvariants() {
        for (int protocol = 0; protocol < NetlinkProtocol.MAX_LINKS; protocol++) {
            NetlinkTable table = tables.get(protocol);
            if (table != null) {
                table.checkInvariants();
            }
        }
    }

    // ---- For the parts ----------------------------------------------------------------------

    /** {@code netlink_allowed()}: whether the protocol, or the process's rights, permit it. */
    boolean isAllowed(NetlinkSock sk, int configFlag) {
        return sk.table().allows(configFlag) || kernel.currentIsCapable();
    }

    /**
     * Notes that {@code sk} lost a message: counts it, and begins a congestion.
     *
     * <p>Models {@code netlink_overrun()}. Context: any. Sleeps: never.
     */
    void overrun(NetlinkSock sk) {
        boolean first = overrun.note(sk);
        trace.overrun(sk, sk.dropsNow(), first);
    }

    /**
     * Moves a message that leaves most of its memory unused into less, if that can be had.
     *
     * <p>Models {@code netlink_trim()}. Ownership: {@code skb} is taken, the result is the
     * caller's.
     *
     * @param gfp how to allocate; null: as the context allows ({@code gfp_any()})
     */
    SkBuff trim(SkBuff skb, @Nullable GfpMask gfp) {
        int spare = skb.tailroom();
        return skb.isVirtual() || spare * 2 < skb.truesize()
                ? skb
                : trim(skb, spare, gfp != null ? gfp : gfpAny());
    }

    private GfpMask gfpAny() {
        return sched.inSoftirq() ? GfpMask.ATOMIC : GfpMask.KERNEL;
    }

    private static SkBuff trim(SkBuff skb, int spare, GfpMask gfp) {
        SkBuff trimmed = skb;
        if (skb.isShared()) {
            SkBuff clone = skb.clone(gfp);
            if (clone == null) {
                return skb;
            }
            skb.consume();
            trimmed = clone;
        }
        GfpMask light =
                gfp.without(GfpMask.Flag.DIRECT_RECLAIM)
                        .with(GfpMask.Flag.NOWARN | GfpMask.Flag.NORETRY);
        var _ = trimmed.expandHead(0, -spare, light);
        return trimmed;
    }
}
