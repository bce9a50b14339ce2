package org.vkernel.netlink.core;

import static com.google.common.base.Preconditions.checkState;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.module.ModuleRef;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedBitmap;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.shared.SharedList;
import org.vkernel.emulator.shared.SharedRef;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.sock.Sock;

/**
 * A netlink socket: its port id, its groups, whom it is connected to, whether it is congested.
 *
 * <p>Models {@code struct netlink_sock} (net/netlink/af_netlink.h).
 */
public final class NetlinkSock extends Sock {
    /** Shows the kernel's side of a protocol ({@code NETLINK_F_KERNEL_SOCKET}). */
    static final int F_KERNEL_SOCKET = 1;

    static final int F_RECV_PKTINFO = 1 << 1;
    static final int F_BROADCAST_SEND_ERROR = 1 << 2;
    static final int F_RECV_NO_ENOBUFS = 1 << 3;
    static final int F_LISTEN_ALL_NSID = 1 << 4;
    static final int F_CAP_ACK = 1 << 5;
    static final int F_EXT_ACK = 1 << 6;
    static final int F_STRICT_CHK = 1 << 7;

    private static final int CONGESTED = 1;

    private final Netlink netlink;
    private final NetlinkTable table;
    private final int inode;

    private final SharedInt portid;
    private final SharedInt bound;
    private final SharedInt connected;
    private final SharedInt dstPortid;
    private final SharedInt dstGroup;
    private final AtomicInt flags;
    private final AtomicInt state;
    private final SharedInt ngroups;
    private final SharedRef<SharedBitmap> groups;
    private final SharedRef<Object> userData;
    private final SharedInt maxRecvmsgLen;
    private final Mutex callbackMutex;
    private final SharedRef<NetlinkDump> dump;
    private final SharedInt dumpDoneErrno;

    // Guarded by the table lock, which is grabbed to change them.
    private int subscriptions;
    private SharedList.@Nullable Node<NetlinkSock> memberNode;

    // Set while the socket is made, and constant from then on.
    private @Nullable NetlinkInput input;
    private @Nullable NetlinkGroupHook bindHook;
    private @Nullable IntConsumer unbindHook;
    private @Nullable Consumer<NetlinkSock> releaseHook;
    private ModuleRef module = ModuleRef.BUILT_IN;
    private boolean openerCapable;

    // Exclusive to its process, under lock().
    private boolean hashed;

    private final int object;
    private int groupsObject;

    /** The memory of the inode of a kernel's socket; a process's is its file's. */
    private int inodeObject;

    NetlinkSock(
            Netlink netlink,
            NetlinkTable table,
            int type,
            int inode,
            boolean isKernel,
            int object) {
        super(netlink.kernel(), "AF_NETLINK", type, table.protocol(), isKernel);
        this.netlink = netlink;
        this.table = table;
        this.inode = inode;
        this.object = object;
        portid = new SharedInt(sched, 0);
        bound = new SharedInt(sched, 0);
        connected = new SharedInt(sched, 0);
        dstPortid = new SharedInt(sched, 0);
        dstGroup = new SharedInt(sched, 0);
        flags = new AtomicInt(sched, 0);
        state = new AtomicInt(sched, 0);
        ngroups = new SharedInt(sched, 0);
        groups = new SharedRef<>(sched, null);
        userData = new SharedRef<>(sched, null);
        maxRecvmsgLen = new SharedInt(sched, 0);
        callbackMutex = new Mutex(sched, "nlk_cb_mutex");
        dump = new SharedRef<>(sched, null);
        dumpDoneErrno = new SharedInt(sched, 0);
    }

    /** The kernel's netlink core. */
    public Netlink netlink() {
        return netlink;
    }

    /** The memory that it takes. */
    int object() {
        return object;
    }

    int inodeObject() {
        return inodeObject;
    }

    void setInodeObject(int number) {
        inodeObject = number;
    }

    NetlinkTable table() {
        return table;
    }

    int inode() {
        return inode;
    }

    @Override
    protected void beforeQueued(SkBuff skb) {
        NetlinkTap[] taps = netlink.taps();
        if (taps != null) {
            netlink.deliverTo(taps, this, skb);
        }
    }

    @Override
    protected void destruct() {
        netlink.sockets().destruct(this);
    }

    // ---- The port id ------------------------------------------------------------------------

    /** Its port id, unsigned, 0 for none; may be that of another socket after a failed bind. */
    public int portid() {
        return portid.getOnce();
    }

    /** The port id without a point. */
    int portidNow() {
        return portid.peek();
    }

    void setPortid(int id) {
        portid.setOnce(id);
    }

    /** Whether its port id is in the table, or it is the kernel's ({@code nlk->bound}). */
    public boolean isBound() {
        return bound.getOnce() != 0;
    }

    void setBound(int id) {
        bound.setOnce(id);
    }

    boolean isHashed() {
        return hashed;
    }

    void setHashed(boolean value) {
        hashed = value;
    }

    // ---- Whom it sends to -------------------------------------------------------------------

    boolean isConnected() {
        return connected.getOnce() != 0;
    }

    /** The port id that it sends to if none is given. */
    int dstPortid() {
        return dstPortid.getOnce();
    }

    /** The group that it sends to if none is given. */
    int dstGroup() {
        return dstGroup.getOnce();
    }

    void connect(boolean toSomebody, int toPortid, int toGroup) {
        connected.setOnce(toSomebody ? 1 : 0);
        dstPortid.setOnce(toPortid);
        dstGroup.setOnce(toGroup);
    }

    // ---- Groups -----------------------------------------------------------------------------

    /** How many groups it has room for: 0 before it first joined one. */
    int ngroups() {
        return ngroups.getOnce();
    }

    /** Whether it is a member of {@code group}, counted from 1. */
    public boolean isMember(int group) {
        if (Integer.compareUnsigned(group - 1, ngroups.getOnce()) >= 0) {
            return false;
        }
        SharedBitmap joined = groups.rcuDereference();
        return joined != null && joined.test(group - 1);
    }

    /** Its groups from {@code 32 * index + 1} on, a bit each. */
    int groupWord(int index) {
        SharedBitmap joined = groups.rcuDereference();
        return joined == null ? 0 : (int) (joined.word(index / 2) >>> (index % 2 * Integer.SIZE));
    }

    @Nullable SharedBitmap groups() {
        return groups.rcuDereference();
    }

    /** Notes the memory of the groups' bitmap; returns that noted before. The table is grabbed. */
    int setGroupsObject(int bitmapObject) {
        int before = groupsObject;
        groupsObject = bitmapObject;
        return before;
    }

    void setGroups(@Nullable SharedBitmap bitmap, int count) {
        groups.rcuAssign(bitmap);
        ngroups.setOnce(count);
    }

    /** How many groups it is a member of. The table is grabbed. */
    int subscriptions() {
        return subscriptions;
    }

    void setSubscriptions(int count) {
        subscriptions = count;
    }

    SharedList.@Nullable Node<NetlinkSock> memberNode() {
        return memberNode;
    }

    void setMemberNode(SharedList.@Nullable Node<NetlinkSock> node) {
        memberNode = node;
    }

    // ---- Options and congestion -------------------------------------------------------------

    /** Whether an {@code F_*} bit is set. */
    boolean hasFlag(int flag) {
        return (flags.get() & flag) != 0;
    }

    void setFlag(int flag, boolean value) {
        var _ = value ? flags.getAndOr(flag) : flags.getAndAnd(~flag);
    }

    /**
     * Whether it lost a message and has not been read empty since ({@code NETLINK_S_CONGESTED}).
     */
    @Override
    public boolean isCongested() {
        return (state.get() & CONGESTED) != 0;
    }

    /** Whether it was not congested before. */
    boolean testAndSetCongested() {
        return (state.getAndOr(CONGESTED) & CONGESTED) == 0;
    }

    void clearCongested() {
        state.getAndAnd(~CONGESTED);
    }

    /** The greatest buffer that a recv came with. */
    int maxRecvmsgLen() {
        return maxRecvmsgLen.getOnce();
    }

    void setMaxRecvmsgLen(int bytes) {
        maxRecvmsgLen.setOnce(bytes);
    }

    /** See {@link Netlink#checkInvariants}. */
    void checkInvariants() {
        int joined = 0;
        for (int word = 0; word * Integer.SIZE < ngroups(); word++) {
            joined += Integer.bitCount(groupWord(word));
        }
        checkState(
                joined == subscriptions && (joined != 0) == (memberNode != null),
                "%s: %s groups, %s subscriptions",
                this,
                joined,
                subscriptions);
        checkState(
                rmemAlloc() == receiveQueue().truesizeSum(),
                "%s: %s bytes charged, %s queued",
                this,
                rmemAlloc(),
                receiveQueue().truesizeSum());
        checkState(references() >= 2, "%s: %s references", this, references());
        checkState(!receiveQueue().lock().isHeld(), "%s: its queue is locked", this);
    }

    // ---- A dump -----------------------------------------------------------------------------

    /** Serialises what makes a dump to it ({@code nl_cb_mutex}). */
    Mutex callbackMutex() {
        return callbackMutex;
    }

    /** The dump under way to it, or null ({@code nlk->cb_running}). */
    @Nullable NetlinkDump dump() {
        return dump.rcuDereference();
    }

    void setDump(@Nullable NetlinkDump running) {
        dump.rcuAssign(running);
    }

    /** What the filler said last: positive while there is more. */
    int dumpDoneErrno() {
        return dumpDoneErrno.get();
    }

    void setDumpDoneErrno(int value) {
        dumpDoneErrno.set(value);
    }

    // ---- The protocol's owner ---------------------------------------------------------------

    /** What the kernel does with messages to it; null if it refuses them. */
    @Nullable NetlinkInput input() {
        return input;
    }

    void setInput(@Nullable NetlinkInput handler) {
        input = handler;
    }

    @Nullable NetlinkGroupHook bindHook() {
        return bindHook;
    }

    @Nullable IntConsumer unbindHook() {
        return unbindHook;
    }

    @Nullable Consumer<NetlinkSock> releaseHook() {
        return releaseHook;
    }

    /** The module that it keeps loaded. */
    ModuleRef module() {
        return module;
    }

    void setOwner(NetlinkKernelConfig config) {
        module = config.owner();
        bindHook = config.bind();
        unbindHook = config.unbind();
        releaseHook = config.release();
    }

    /** Whether the process that opened it was privileged then. */
    boolean isOpenerCapable() {
        return openerCapable;
    }

    void setOpenerCapable(boolean value) {
        openerCapable = value;
    }

    /** What the protocol's owner notes about it ({@code sk_user_data}). */
    public @Nullable Object userData() {
        return userData.rcuDereference();
    }

    public void setUserData(@Nullable Object data) {
        userData.rcuAssign(data);
    }

    @Override
    public String toString() {
        return "netlink socket "
                + Integer.toUnsignedString(portid.peek())
                + " of protocol "
                + protocol();
    }
}
