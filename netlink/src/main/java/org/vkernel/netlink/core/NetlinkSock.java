package org.vkernel.netlink.core;

import static com.google.common.base.Preconditions.checkState;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.module.ModuleRef;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.shared.SharedBitmap;
import org.vkernel.emulator.shared.SharedList;
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

    private static final AtomicIntegerFieldUpdater<NetlinkSock> FLAGS =
            AtomicIntegerFieldUpdater.newUpdater(NetlinkSock.class, "flags");
    private static final AtomicIntegerFieldUpdater<NetlinkSock> STATE =
            AtomicIntegerFieldUpdater.newUpdater(NetlinkSock.class, "state");

    private final Netlink netlink;
    private final NetlinkTable table;
    private final int inode;

    // The numbers of its shared fields: see Sock.
    private static final int FIELD_PORTID = Sock.FIELDS;
    private static final int FIELD_BOUND = Sock.FIELDS + 1;
    private static final int FIELD_CONNECTED = Sock.FIELDS + 2;
    private static final int FIELD_DST_PORTID = Sock.FIELDS + 3;
    private static final int FIELD_DST_GROUP = Sock.FIELDS + 4;
    private static final int FIELD_FLAGS = Sock.FIELDS + 5;
    private static final int FIELD_STATE = Sock.FIELDS + 6;
    private static final int FIELD_NGROUPS = Sock.FIELDS + 7;
    private static final int FIELD_GROUPS = Sock.FIELDS + 8;
    private static final int FIELD_USER_DATA = Sock.FIELDS + 9;
    private static final int FIELD_MAX_RECVMSG_LEN = Sock.FIELDS + 10;
    private static final int FIELD_DUMP = Sock.FIELDS + 11;
    private static final int FIELD_DUMP_DONE_ERRNO = Sock.FIELDS + 12;
    private static final int FAMILY_FIELDS = 13;

    private volatile int portid;
    private volatile int bound;
    private volatile boolean connected;
    private volatile int dstPortid;
    private volatile int dstGroup;
    private volatile int flags;
    private volatile int state;
    private volatile int ngroups;
    private volatile @Nullable SharedBitmap groups;
    private volatile @Nullable Object userData;
    private volatile int maxRecvmsgLen;
    private volatile @Nullable NetlinkDump dump;
    private volatile int dumpDoneErrno;
    private final Mutex callbackMutex;

    // Guarded by the table lock, which is grabbed to change them.
    private int subscriptions;
    private SharedList.@Nullable Node<NetlinkSock> memberNode;
    private long listedAs;

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
        super(netlink.kernel(), "AF_NETLINK", type, table.protocol(), isKernel, FAMILY_FIELDS);
        this.netlink = netlink;
        this.table = table;
        this.inode = inode;
        this.object = object;
        callbackMutex = new Mutex(sched, "nlk_cb_mutex");
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
        readOnce(FIELD_PORTID);
        return portid;
    }

    /** The port id without a point. */
    int portidNow() {
        return portid;
    }

    void setPortid(int id) {
        writeOnce(FIELD_PORTID);
        portid = id;
    }

    /** Whether its port id is in the table, or it is the kernel's ({@code nlk->bound}). */
    public boolean isBound() {
        readOnce(FIELD_BOUND);
        return bound != 0;
    }

    void setBound(int id) {
        writeOnce(FIELD_BOUND);
        bound = id;
    }

    boolean isHashed() {
        return hashed;
    }

    void setHashed(boolean value) {
        hashed = value;
    }

    // ---- Whom it sends to -------------------------------------------------------------------

    boolean isConnected() {
        readOnce(FIELD_CONNECTED);
        return connected;
    }

    /** The port id that it sends to if none is given. */
    int dstPortid() {
        readOnce(FIELD_DST_PORTID);
        return dstPortid;
    }

    /** The group that it sends to if none is given. */
    int dstGroup() {
        readOnce(FIELD_DST_GROUP);
        return dstGroup;
    }

    void connect(boolean toSomebody, int toPortid, int toGroup) {
        writeOnce(FIELD_CONNECTED);
        connected = toSomebody;
        writeOnce(FIELD_DST_PORTID);
        dstPortid = toPortid;
        writeOnce(FIELD_DST_GROUP);
        dstGroup = toGroup;
    }

    // ---- Groups -----------------------------------------------------------------------------

    /** How many groups it has room for: 0 before it first joined one. */
    int ngroups() {
        readOnce(FIELD_NGROUPS);
        return ngroups;
    }

    /** Whether it is a member of {@code group}, counted from 1. */
    public boolean isMember(int group) {
        if (Integer.compareUnsigned(group - 1, ngroups()) >= 0) {
            return false;
        }
        SharedBitmap joined = groups();
        return joined != null && joined.test(group - 1);
    }

    /** Its groups from {@code 32 * index + 1} on, a bit each. */
    int groupWord(int index) {
        SharedBitmap joined = groups();
        return joined == null ? 0 : (int) (joined.word(index / 2) >>> (index % 2 * Integer.SIZE));
    }

    @Nullable SharedBitmap groups() {
        readOnce(FIELD_GROUPS);
        return groups;
    }

    /** Notes the memory of the groups' bitmap; returns that noted before. The table is grabbed. */
    int setGroupsObject(int bitmapObject) {
        int before = groupsObject;
        groupsObject = bitmapObject;
        return before;
    }

    void setGroups(@Nullable SharedBitmap bitmap, int count) {
        writeOnce(FIELD_GROUPS);
        groups = bitmap;
        writeOnce(FIELD_NGROUPS);
        ngroups = count;
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

    /** Which number it has among all that were ever listed as members; see {@link GroupMembers}. */
    long listedAs() {
        return listedAs;
    }

    void setListedAs(long number) {
        listedAs = number;
    }

    void setMemberNode(SharedList.@Nullable Node<NetlinkSock> node) {
        memberNode = node;
    }

    // ---- Options and congestion -------------------------------------------------------------

    /** Whether an {@code F_*} bit is set. */
    boolean hasFlag(int flag) {
        readOnce(FIELD_FLAGS);
        return (flags & flag) != 0;
    }

    void setFlag(int flag, boolean value) {
        atomic(FIELD_FLAGS);
        FLAGS.getAndUpdate(this, before -> value ? before | flag : before & ~flag);
    }

    /**
     * Whether it lost a message and has not been read empty since ({@code NETLINK_S_CONGESTED}).
     */
    @Override
    public boolean isCongested() {
        readOnce(FIELD_STATE);
        return (state & CONGESTED) != 0;
    }

    /** Whether it was not congested before. */
    boolean testAndSetCongested() {
        atomic(FIELD_STATE);
        return (STATE.getAndUpdate(this, before -> before | CONGESTED) & CONGESTED) == 0;
    }

    void clearCongested() {
        atomic(FIELD_STATE);
        STATE.getAndUpdate(this, before -> before & ~CONGESTED);
    }

    /** The greatest buffer that a recv came with. */
    int maxRecvmsgLen() {
        readOnce(FIELD_MAX_RECVMSG_LEN);
        return maxRecvmsgLen;
    }

    void setMaxRecvmsgLen(int bytes) {
        writeOnce(FIELD_MAX_RECVMSG_LEN);
        maxRecvmsgLen = bytes;
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
        readOnce(FIELD_DUMP);
        return dump;
    }

    void setDump(@Nullable NetlinkDump running) {
        writeOnce(FIELD_DUMP);
        dump = running;
    }

    /** What the filler said last: positive while there is more. */
    int dumpDoneErrno() {
        point(Access.READ, FIELD_DUMP_DONE_ERRNO);
        return dumpDoneErrno;
    }

    void setDumpDoneErrno(int value) {
        point(Access.WRITE, FIELD_DUMP_DONE_ERRNO);
        dumpDoneErrno = value;
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
        readOnce(FIELD_USER_DATA);
        return userData;
    }

    public void setUserData(@Nullable Object data) {
        writeOnce(FIELD_USER_DATA);
        userData = data;
    }

    @Override
    public String toString() {
        return "netlink socket " + Integer.toUnsignedString(portid) + " of protocol " + protocol();
    }
}
