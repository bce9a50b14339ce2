package org.vkernel.netlink.core;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KmemCache;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.SharedBitmap;
import org.vkernel.emulator.sock.Sock;
import org.vkernel.emulator.sock.SockFlag;
import org.vkernel.emulator.sock.Socket;
import org.vkernel.emulator.sock.SocketFamily;
import org.vkernel.emulator.sock.SocketOps;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.DumpPolicies.Cleanup;
import org.vkernel.netlink.core.SocketPolicies.ProtocolPin;
import org.vkernel.netlink.core.SocketPolicies.ReleaseNotice;
import org.vkernel.netlink.core.SocketPolicies.ReleasedListeners;
import org.vkernel.netlink.core.SocketPolicies.ReplacedListeners;

/**
 * Makes and releases netlink sockets, of processes and of the kernel.
 *
 * <p>Models {@code netlink_create()}, {@code __netlink_kernel_create()} and {@code
 * netlink_release()}.
 */
final class NetlinkSockets implements SocketFamily, SocketOps {
    /** {@code sizeof(struct netlink_sock)}, in whole objects of its cache. */
    private static final int SOCK_BYTES = 1104;

    /** The least number of groups that a protocol has. */
    private static final int GROUPS_MIN = 32;

    private final Netlink netlink;
    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final Rcu rcu;
    private final NetlinkTableLock tableLock;
    private final KmemCache socks;
    private final List<NetlinkNotifier> notifiers = new CopyOnWriteArrayList<>();
    private final Cleanup dumpCleanup;
    private final ProtocolPin protocolPin;
    private final ReleasedListeners releasedListeners;
    private final ReplacedListeners replacedListeners;
    private final ReleaseNotice releaseNotice;

    NetlinkSockets(Netlink netlink) {
        this.netlink = netlink;
        this.kernel = netlink.kernel();
        this.sched = netlink.sched();
        this.rcu = kernel.rcu();
        this.tableLock = netlink.tableLock();
        this.socks = kernel.mm().createCache("NETLINK", SOCK_BYTES);
        Variants variants = kernel.variants();
        dumpCleanup = variants.policy(Cleanup.class, Cleanup.USUAL);
        protocolPin = variants.policy(ProtocolPin.class, ProtocolPin.USUAL);
        releasedListeners = variants.policy(ReleasedListeners.class, ReleasedListeners.USUAL);
        replacedListeners = variants.policy(ReplacedListeners.class, ReplacedListeners.USUAL);
        releaseNotice = variants.policy(ReleaseNotice.class, ReleaseNotice.USUAL);
    }

    List<NetlinkNotifier> notifiers() {
        return notifiers;
    }

    @Override
    public int family() {
        return AddressFamily.AF_NETLINK;
    }

    // ---- Of processes -----------------------------------------------------------------------

    /**
     * Models {@code netlink_create()}. Context: process; sleeps.
     *
     * @return 0; {@code -ESOCKTNOSUPPORT}; {@code -EPROTONOSUPPORT} if nobody has registered the
     *     protocol, or its module is going; {@code -ENOMEM}
     */
    @Override
    public int create(Socket socket, int protocol) {
        int type = socket.type();
        if (type != SocketType.SOCK_RAW && type != SocketType.SOCK_DGRAM) {
            return -Errno.ESOCKTNOSUPPORT;
        }
        if (protocol < 0 || protocol >= NetlinkProtocol.MAX_LINKS) {
            return -Errno.EPROTONOSUPPORT;
        }
        NetlinkTable table = netlink.table(protocol);
        tableLock.lock();
        NetlinkKernelConfig config = protocolPin.pin(table);
        tableLock.unlock();
        if (config == null) {
            return -Errno.EPROTONOSUPPORT;
        }
        NetlinkSock sk = make(table, type, socket.inode(), false);
        if (sk == null) {
            config.owner().put();
            return -Errno.ENOMEM;
        }
        sk.setOwner(config);
        sk.setOpenerCapable(kernel.currentIsCapable());
        socket.attach(sk, this);
        return 0;
    }

    /** Models {@code __netlink_create()}: null if there is no memory. */
    private @Nullable NetlinkSock make(NetlinkTable table, int type, int inode, boolean isKernel) {
        int object = socks.alloc(sched.current(), GfpMask.KERNEL);
        return object == 0 ? null : new NetlinkSock(netlink, table, type, inode, isKernel, object);
    }

    /** Models {@code datagram_poll()}. */
    @Override
    public int poll(Socket socket) {
        Sock sk = socket.sk();
        // Sending never waits for memory, so it is always possible.
        int events = PollBit.POLLOUT | PollBit.POLLWRNORM | PollBit.POLLWRBAND;
        if (sk.pendingError() != 0) {
            events |= PollBit.POLLERR;
            if (sk.has(SockFlag.SELECT_ERR_QUEUE)) {
                events |= PollBit.POLLPRI;
            }
        }
        if (!sk.receiveQueue().isEmpty()) {
            events |= PollBit.POLLIN | PollBit.POLLRDNORM;
        }
        return events;
    }

    // ---- Of the kernel ----------------------------------------------------------------------

    /**
     * Makes the kernel's socket of a protocol, and registers the protocol.
     *
     * <p>Models {@code __netlink_kernel_create()}. Context: process; sleeps.
     *
     * @return null if the protocol has one already, there is no such protocol, or no memory
     */
    @Nullable NetlinkSock createKernel(int protocol, NetlinkKernelConfig config) {
        if (protocol < 0 || protocol >= NetlinkProtocol.MAX_LINKS) {
            return null;
        }
        int inode = kernel.sockets().allocInode();
        if (inode == 0) {
            return null;
        }
        NetlinkTable table = netlink.table(protocol);
        NetlinkSock sk = make(table, SocketType.SOCK_DGRAM, kernel.sockets().nextInode(), true);
        if (sk == null) {
            kernel.sockets().freeInode(inode);
            return null;
        }
        sk.setInodeObject(inode);
        int groups = Math.max(GROUPS_MIN, config.groups());
        int listeners = kernel.mm().kmalloc(listenerBytes(groups), GfpMask.KERNEL);
        if (listeners == 0) {
            releaseKernel(sk);
            return null;
        }
        sk.setInput(config.input());
        if (netlink.bind().insert(sk, 0) != 0) {
            kernel.mm().kfree(listeners);
            releaseKernel(sk);
            return null;
        }
        sk.setFlag(NetlinkSock.F_KERNEL_SOCKET, true);
        sk.setOpenerCapable(true);
        SharedBitmap bits = new SharedBitmap(sched, groups);
        boolean flags = tableLock.grab();
        table.register(config, groups, bits);
        table.setListenersObject(listeners);
        tableLock.ungrab(flags);
        CodeWatch watch = sched.codeWatch();
        NetlinkInput input = config.input();
        if (watch != null && input != null) {
            watch.armed(CodeWatch.Kind.NETLINK, sk, "of protocol " + protocol, input);
        }
        return sk;
    }

    /** {@code sizeof(struct listeners)} with a bitmap of {@code groups}. */
    private static int listenerBytes(int groups) {
        return 16 + groupBytes(groups);
    }

    /** {@code NLGRPSZ(groups)}. */
    static int groupBytes(int groups) {
        return (groups + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
    }

    /**
     * Registers the protocol for processes among themselves, in its new table.
     *
     * <p>Models {@code netlink_add_usersock_entry()}. Differs from Linux: that happens at the first
     * use, not at boot, so that a kernel that does without boots faster; what Linux allocates then
     * is not counted.
     */
    void addUserProtocol(NetlinkTable table) {
        table.register(
                NetlinkKernelConfig.DEFAULT.flags(NetlinkKernelConfig.NONROOT_SEND),
                GROUPS_MIN,
                new SharedBitmap(sched, GROUPS_MIN));
    }

    /**
     * Makes room for {@code groups} groups of a protocol; never takes any away.
     *
     * <p>Models {@code netlink_change_ngroups()}. Context: process; sleeps.
     *
     * @return 0 or {@code -ENOMEM}
     */
    int changeGroups(NetlinkSock kernelSocket, int groups) {
        NetlinkTable table = kernelSocket.table();
        int wanted = Math.max(GROUPS_MIN, groups);
        boolean flags = tableLock.grab();
        int before = table.groups();
        SharedBitmap old = table.listeners();
        int error = 0;
        if (groupBytes(before) < groupBytes(wanted) && old != null) {
            int listeners = kernel.mm().kmalloc(listenerBytes(wanted), GfpMask.ATOMIC);
            if (listeners != 0) {
                table.setListeners(copyOf(old, before, wanted));
                int unused = table.setListenersObject(listeners);
                replacedListeners.dispose(kernel, () -> free(old, unused));
            } else {
                error = -Errno.ENOMEM;
            }
        }
        if (error == 0) {
            table.setGroups(wanted);
        }
        tableLock.ungrab(flags);
        return error;
    }

    private SharedBitmap copyOf(SharedBitmap old, int bits, int room) {
        SharedBitmap copy = new SharedBitmap(sched, room);
        for (int word = 0; word * Integer.SIZE < bits; word++) {
            NetlinkTable.assignWord(
                    copy, word, (int) (old.word(word / 2) >>> (word % 2 * Integer.SIZE)));
        }
        return copy;
    }

    // ---- The end ----------------------------------------------------------------------------

    /** {@code netlink_kernel_release()}: {@link #release(NetlinkSock)} of a kernel's socket. */
    void releaseKernel(NetlinkSock sk) {
        int inode = sk.inodeObject();
        release(sk);
        kernel.sockets().freeInode(inode);
    }

    @Override
    public void release(Socket socket) {
        release((NetlinkSock) socket.sk());
    }

    /**
     * Takes a socket out of the tables and drops its owner's reference.
     *
     * <p>Models {@code netlink_release()}. Context: process; sleeps.
     */
    void release(NetlinkSock sk) {
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.disarmed(sk);
        }
        netlink.trace().release(sk);
        remove(sk);
        sk.set(SockFlag.DEAD, true);
        Consumer<NetlinkSock> releaseHook = sk.releaseHook();
        if (releaseHook != null) {
            releaseHook.accept(sk);
        }
        leaveAll(sk);
        sk.wakeAllSenders();
        if (releaseNotice.isDue(sk)) {
            for (NetlinkNotifier notifier : notifiers) {
                notifier.released(sk.protocol(), sk.portid());
            }
        }
        dumpCleanup.closed(netlink.dumps(), sk);
        sk.module().put();
        if (sk.hasFlag(NetlinkSock.F_KERNEL_SOCKET)) {
            unregister(sk.table());
        }
        rcu.call(() -> putLast(sk));
    }

    /** Models {@code netlink_remove()}. */
    private void remove(NetlinkSock sk) {
        if (sk.isHashed()) {
            sk.table().remove(sk.portid());
            sk.setHashed(false);
            sk.put();
        }
        boolean flags = tableLock.grab();
        if (sk.subscriptions() != 0) {
            netlink.groups().unlink(sk);
            sk.table().updateListeners();
        }
        tableLock.ungrab(flags);
    }

    private static void leaveAll(NetlinkSock sk) {
        IntConsumer unbindHook = sk.unbindHook();
        if (unbindHook == null) {
            return;
        }
        for (int group = 1; group <= sk.ngroups(); group++) {
            if (sk.isMember(group)) {
                unbindHook.accept(group);
            }
        }
    }

    private void unregister(NetlinkTable table) {
        boolean flags = tableLock.grab();
        int listeners = table.setListenersObject(0);
        SharedBitmap bits = table.listenersNow();
        table.unregister();
        tableLock.ungrab(flags);
        releasedListeners.dispose(kernel, () -> free(bits, listeners));
    }

    private void free(@Nullable SharedBitmap bits, int listeners) {
        if (bits != null) {
            bits.free();
        }
        kernel.mm().kfree(listeners);
    }

    /** Models {@code deferred_put_nlk_sk()}. Context: softirq. */
    private void putLast(NetlinkSock sk) {
        if (sk.groups() != null) {
            sk.setGroups(null, 0);
            kernel.mm().kfree(sk.setGroupsObject(0));
        }
        sk.put();
    }

    /** Models {@code netlink_sock_destruct()}: nobody knows the socket any more. */
    void destruct(NetlinkSock sk) {
        dumpCleanup.destructed(netlink.dumps(), sk);
        int unread = sk.purge();
        netlink.counters().unread(sched.current(), unread);
        netlink.trace().close(sk, unread);
        if (!sk.has(SockFlag.DEAD)) {
            sched.reportBroken("a netlink socket is freed alive", sk.toString());
        }
        if (sk.rmemAlloc() != 0) {
            sched.reportBroken(
                    "a netlink socket is freed with memory charged",
                    sk + ": " + sk.rmemAlloc() + " bytes");
        }
        socks.free(sched.current(), sk.object());
    }
}
