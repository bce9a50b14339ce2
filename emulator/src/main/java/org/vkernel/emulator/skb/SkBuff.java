package org.vkernel.emulator.skb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.RefCount;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskExit;
import org.vkernel.emulator.shared.AtomicInt;

/**
 * A socket buffer: a message on its way through the kernel, with what the protocol notes about it.
 *
 * <pre>
 *   0             data            tail                       end
 *   +-------------+---------------+--------------------------+-------------+
 *   | headroom    | len() bytes   | tailroom                 | shared info |
 *   +-------------+---------------+--------------------------+-------------+
 * </pre>
 *
 * <p>Models {@code struct sk_buff} with linear data only. Two counts: {@code users} holders of this
 * object, {@code dataref} objects that share the bytes. All other fields are exclusive to the one
 * holder; when they are shared, nobody changes them. An sk_buff that is used after its last holder
 * has let go of it, or freed twice, is reported with both places.
 *
 * <p>Differs from Linux: the byte array grows up to {@code end} as it is needed, since a program
 * cannot tell; sizes and charges are computed from what Linux would allocate.
 */
public final class SkBuff {
    private static final VarHandle USERS;
    private static final VarHandle DATAREF;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            USERS = lookup.findVarHandle(SkBuff.class, "users", int.class);
            DATAREF = lookup.findVarHandle(SkBuff.class, "dataref", AtomicInt.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final SkBuffs skbs;
    private final @Nullable SimMachine sim;

    /** Simulated machine: another one in each life. */
    private long object;

    // The memory that it takes: the numbers of its own object and of that of the data.
    private int headObject;
    private int dataObject;

    /** Where the pool keeps it with that memory, {@link SkBuffPool#NOWHERE} if it does not. */
    private int home = SkBuffPool.NOWHERE;

    // The data.
    private byte[] head = SkBuffs.NO_BYTES;
    private int data;
    private int tail;
    private int end;
    private int truesize;
    private boolean isVirtual;
    private boolean pfmemalloc;
    private boolean cloned;

    /** How many sk_buffs share {@link #head}; null until the first clone is made. */
    private @Nullable AtomicInt dataref;

    /** How many holders there are, as {@code refcount_t}: 0 when it is freed, negative stuck. */
    private int users;

    // Its place in a queue; guarded by the queue's lock.
    @Nullable SkBuff next;
    @Nullable SkBuff prev;
    @Nullable SkBuffQueue queue;

    // Whom it is charged to.
    private @Nullable SkBuffOwner sk;
    private @Nullable SkBuffDestructor destructor;

    // What netlink notes about a message (struct netlink_skb_parms).
    private @Nullable SkBuffOwner sender;
    private int portid;
    private int dstGroup;
    private int credsPid;
    private int credsUid;
    private int credsGid;
    private int cbFlags;

    /** What the checkers know of it; null: nothing. */
    private final @Nullable SkBuffShadow shadow;

    /** One that is free, until {@link #begin}. */
    SkBuff(SkBuffs skbs) {
        this.skbs = skbs;
        this.sim = skbs.sched.sim();
        this.shadow = skbs.shadows.make();
    }

    /** Begins its life, or another: empty, with one holder, and memory that is its own. */
    void begin(int ownObject, int bytesObject, int room, int charge, boolean isOfVmalloc) {
        object = skbs.sched.nextObject();
        headObject = ownObject;
        dataObject = bytesObject;
        data = 0;
        tail = 0;
        end = room;
        truesize = charge;
        isVirtual = isOfVmalloc;
        pfmemalloc = false;
        cloned = false;
        dataref = null;
        users = 1;
        portid = 0;
        dstGroup = 0;
        credsPid = 0;
        credsUid = 0;
        credsGid = 0;
        cbFlags = 0;
    }

    /** Begins another life with the memory of the last: as {@link #begin}. */
    void beginAgain() {
        truesize = end + skbs.overheadBytes;
        pfmemalloc = false;
        cloned = false;
        dataref = null;
        users = 1;
        portid = 0;
        dstGroup = 0;
        credsPid = 0;
        credsUid = 0;
        credsGid = 0;
        cbFlags = 0;
    }

    /** The bytes, also of one that is free. */
    byte[] array() {
        return head;
    }

    void setArray(byte[] array) {
        head = array;
    }

    /** Whether it has memory, also when it is free. */
    boolean hasMemory() {
        return headObject != 0;
    }

    /** Sets the numbers of its own object and of that of its data, 0 for none. */
    void setMemory(int ownObject, int bytesObject) {
        headObject = ownObject;
        dataObject = bytesObject;
    }

    int home() {
        return home;
    }

    void setHome(int where) {
        home = where;
    }

    int headObject() {
        return headObject;
    }

    int dataObject() {
        return dataObject;
    }

    // ---- The data ---------------------------------------------------------------------------

    /** The bytes; those of the message begin at {@link #data}. Valid until the next change. */
    public byte[] head() {
        checkAlive();
        return head;
    }

    /** Where the message begins in {@link #head} ({@code skb->data}). */
    public int data() {
        checkAlive();
        return data;
    }

    /** How many bytes the message has ({@code skb->len}). */
    public int len() {
        checkAlive();
        return tail - data;
    }

    /** {@code skb_headroom()}. */
    public int headroom() {
        checkAlive();
        return data;
    }

    /** {@code skb_tailroom()}. */
    public int tailroom() {
        checkAlive();
        return end - tail;
    }

    /** What a socket is charged for it. */
    public int truesize() {
        checkAlive();
        return truesize;
    }

    /**
     * Adds {@code bytes} to the message's end; their contents are undefined.
     *
     * <p>Models {@code skb_put()}.
     *
     * @return where they begin in {@link #head}
     */
    public int put(int bytes) {
        int at = putToWrite(bytes);
        SkBuffShadow known = shadow;
        if (known != null) {
            known.extend(at, bytes);
        }
        return at;
    }

    /** As {@link #put}, for who writes all the bytes at once by way of {@link #head}. */
    public int putToWrite(int bytes) {
        checkAlive();
        int at = tail;
        if (bytes < 0 || bytes > end - at) {
            throw bug("skb_over_panic", "put", bytes);
        }
        tail = at + bytes;
        if (tail > head.length) {
            grow();
        }
        return at;
    }

    /** Appends {@code bytes} ({@code skb_put_data()}). */
    public void putData(byte[] bytes, int offset, int length) {
        int at = putToWrite(length);
        System.arraycopy(bytes, offset, head, at, length);
        wrote(at, length);
    }

    /** Appends bytes of a module's memory; those that nobody wrote there count as such here. */
    public void putData(KernelBuffer from, int offset, int length) {
        int at = put(length);
        from.copyTo(offset, head, at, length);
        for (int i = 0; i < length; i++) {
            if (from.isWritten(offset + i)) {
                wrote(at + i, 1);
            }
        }
    }

    /** Appends {@code bytes} zeros ({@code skb_put_zero()}). */
    public void putZero(int bytes) {
        int at = putToWrite(bytes);
        Arrays.fill(head, at, at + bytes, (byte) 0);
        wrote(at, bytes);
    }

    /**
     * Tells the checkers that bytes which {@link #put} added were written by way of {@link #head}.
     * Bytes that were not must not leave the kernel.
     *
     * <p>Models {@code kmsan_unpoison_memory()}.
     *
     * @param at where they begin in {@link #head}
     */
    public void wrote(int at, int bytes) {
        SkBuffShadow known = shadow;
        if (known != null) {
            known.wrote(at, bytes);
        }
    }

    /**
     * Copies the message's first {@code length} bytes to a process.
     *
     * <p>Models {@code skb_copy_datagram_msg()}.
     */
    public void copyToUser(byte[] target, int offset, int length) {
        checkAlive();
        SkBuffShadow known = shadow;
        if (known != null) {
            skbs.shadows.checkWritten(this, known, head, data, data + length);
        }
        System.arraycopy(head, data, target, offset, length);
    }

    /**
     * Adds {@code bytes} before the message's begin ({@code skb_push()}); returns its new begin.
     */
    public int push(int bytes) {
        checkAlive();
        if (bytes < 0 || bytes > data) {
            throw bug("skb_under_panic", "push", bytes);
        }
        data -= bytes;
        return data;
    }

    /**
     * Takes {@code bytes} off the message's begin ({@code skb_pull()}).
     *
     * @return its new begin, or -1 if it has not that many bytes
     */
    public int pull(int bytes) {
        checkAlive();
        if (bytes < 0 || bytes > tail - data) {
            return -1;
        }
        data += bytes;
        return data;
    }

    /** Makes headroom in an empty sk_buff ({@code skb_reserve()}). */
    public void reserve(int bytes) {
        checkAlive();
        if (tail != data || bytes < 0 || bytes > end - tail) {
            throw bug("skb_over_panic", "reserve", bytes);
        }
        data += bytes;
        tail += bytes;
    }

    /** Cuts the message to {@code length}, if it is longer ({@code skb_trim()}). */
    public void trim(int length) {
        checkAlive();
        if (length >= 0 && length < tail - data) {
            tail = data + length;
        }
    }

    private void grow() {
        int before = head.length;
        head = Arrays.copyOf(head, Math.min(end, Math.max(tail, before + (before >> 1))));
        if (skbs.checked) {
            Arrays.fill(head, before, head.length, SkBuffs.POISON_INUSE);
        }
    }

    /** A {@code BUG()}: reported, and the running task dies. */
    private TaskExit bug(String rule, String what, int bytes) {
        skbs.sched.reportBroken(
                rule,
                String.format(
                        "%s of %d: len %d, data %d, tail %d, end %d",
                        what, bytes, tail - data, data, tail, end));
        return new TaskExit();
    }

    // ---- Holders ----------------------------------------------------------------------------

    /** Takes a reference ({@code skb_get()}). */
    public SkBuff get() {
        checkAlive();
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.ATOMIC, object);
            int before = users;
            users = before + 1;
            if (users < 0) {
                saturate(before);
            }
        } else if (skbs.sched.isSole() && users < Integer.MAX_VALUE) {
            users++;
        } else {
            int before = (int) USERS.getAndAdd(this, 1);
            if (before + 1 < 0) {
                saturate(before);
            }
        }
        return this;
    }

    /** Models {@code refcount_warn_saturate()}: from now on nobody is the last holder. */
    private void saturate(int before) {
        USERS.setVolatile(this, RefCount.SATURATED);
        if (before == Integer.MAX_VALUE) {
            skbs.shadows.reportSaturated(this);
        }
    }

    /** Whether there is more than one holder ({@code skb_shared()}). */
    public boolean isShared() {
        checkAlive();
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.READ_ONCE, object);
        }
        return (int) USERS.getAcquire(this) != 1;
    }

    /** How many holders there are, without a point. */
    public int users() {
        return (int) USERS.getOpaque(this);
    }

    /**
     * Lets go of a message that was of use; the last holder frees it ({@code consume_skb()}).
     * Context: any. Sleeps: never.
     */
    public void consume() {
        consume(skbs.sched.current());
    }

    /** As {@link #consume()}, for a caller that knows the running task. */
    public void consume(Task running) {
        if (unref()) {
            release(running);
        }
    }

    /**
     * Lets go of a message that is dropped; the last holder frees it ({@code kfree_skb_reason()}).
     * Context: any. Sleeps: never.
     */
    public void free(String reason) {
        free(skbs.sched.current(), reason);
    }

    /** As {@link #free(String)}, for a caller that knows the running task. */
    public void free(Task running, String reason) {
        if (unref()) {
            skbs.dropped(this, reason);
            release(running);
        }
    }

    /** Drops a reference; the last one stays counted until all is released. */
    private boolean unref() {
        int before;
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.ATOMIC, object);
            before = users;
            if (before > 1) {
                users = before - 1;
                noteDropped();
            }
        } else {
            // The only holder need not tell anybody: nobody else can take a reference.
            before = (int) USERS.getAcquire(this);
            if (before == 1) {
                return true;
            }
            if (before > 1 && skbs.sched.isSole()) {
                users = before - 1;
                noteDropped();
            } else if (before > 1) {
                before = (int) USERS.getAndAdd(this, -1);
                if (before == 1) {
                    users = 1;
                } else {
                    noteDropped();
                }
            }
        }
        if (before == 0) {
            skbs.shadows.reportDead("double free of an sk_buff", shadow);
        }
        return before == 1;
    }

    private void noteDropped() {
        SkBuffShadow known = shadow;
        if (known != null) {
            known.noteDropped();
        }
    }

    /** Models {@code __kfree_skb()}. */
    private void release(Task running) {
        SkBuffDestructor settle = destructor;
        if (settle != null) {
            if (PreemptCount.inHardirq(running.preemptCount())) {
                skbs.sched.reportBroken("sk_buff freed in hardirq context", toString());
            }
            settle(settle);
        }
        if (queue != null) {
            skbs.sched.reportBroken("sk_buff freed while it is in a queue", queue.toString());
        }
        SkBuffShadow known = shadow;
        if (known != null) {
            known.noteFreed();
            skbs.shadows.forget(this);
        }
        boolean ownsData = leaveData();
        users = 0;
        data = 0;
        tail = 0;
        sender = null;
        skbs.free(running, this, ownsData);
    }

    /**
     * Models {@code skb_release_data()} but for the freeing itself.
     *
     * @return whether nobody else has the data, so that the caller is to free it
     */
    private boolean leaveData() {
        AtomicInt references = dataref;
        int left = references == null || references.get() == 1 ? 0 : references.decrementAndGet();
        if (left < 0) {
            skbs.shadows.reportDead("double free of an sk_buff's data", shadow);
        }
        return left == 0;
    }

    long dataBytes() {
        return (long) end + skbs.sharedInfoBytes;
    }

    private void checkAlive() {
        if (users == 0 && skbs.shadows.reportDead("use after free of an sk_buff", shadow)) {
            throw new TaskExit();
        }
    }

    @Nullable SkBuffShadow shadow() {
        return shadow;
    }

    /** Whether nobody has taken it over from who allocated it: no queue, and no socket. */
    boolean isWithItsMaker() {
        return queue == null && destructor == null && sk == null;
    }

    private void copyShadow(SkBuff from, int shift) {
        SkBuffShadow known = shadow;
        SkBuffShadow other = from.shadow;
        if (known != null && other != null) {
            known.copyFrom(other, shift);
        }
    }

    // ---- Sharing the data -------------------------------------------------------------------

    /**
     * A second sk_buff with the same bytes and no owner.
     *
     * <p>Models {@code skb_clone()}.
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it. Ownership: the clone's one reference is
     * the caller's.
     *
     * @return null if there is no memory
     */
    public @Nullable SkBuff clone(GfpMask gfp) {
        return clone(skbs.sched.current(), gfp);
    }

    /** As {@link #clone(GfpMask)}, for a caller that knows the running task. */
    public @Nullable SkBuff clone(Task running, GfpMask gfp) {
        checkAlive();
        SkBuff clone = skbs.allocBare(running, gfp);
        if (clone == null) {
            return null;
        }
        AtomicInt references = sharedInfo();
        references.incrementAndGet();
        cloned = true;
        clone.begin(clone.headObject, dataObject, end, truesize, isVirtual);
        clone.home = home;
        clone.head = head;
        clone.data = data;
        clone.tail = tail;
        clone.cloned = true;
        clone.pfmemalloc = pfmemalloc;
        clone.dataref = references;
        SkBuffShadow known = shadow;
        SkBuffShadow other = clone.shadow;
        if (known != null && other != null) {
            other.share(known);
        }
        skbs.shadows.remember(clone);
        clone.copyNotes(this);
        return clone;
    }

    /** The count of sharers, made now if this is the first clone; two may clone at once. */
    private AtomicInt sharedInfo() {
        AtomicInt references = dataref;
        if (references != null) {
            return references;
        }
        AtomicInt fresh = new AtomicInt(skbs.sched, 1);
        AtomicInt other = (AtomicInt) DATAREF.compareAndExchange(this, null, fresh);
        return other == null ? fresh : other;
    }

    /** Whether others share the bytes, so that they must not be written ({@code skb_cloned()}). */
    public boolean isCloned() {
        checkAlive();
        AtomicInt references = dataref;
        return cloned && references != null && references.get() != 1;
    }

    /**
     * A copy with bytes of its own, as much headroom, and no owner ({@code skb_copy()}); null if
     * there is no memory.
     */
    public @Nullable SkBuff copy(GfpMask gfp) {
        checkAlive();
        SkBuff copy = skbs.alloc(end, gfp);
        if (copy != null) {
            copy.reserve(data);
            copy.putData(head, data, tail - data);
            copy.copyShadow(this, 0);
            copy.copyNotes(this);
        }
        return copy;
    }

    private void copyNotes(SkBuff from) {
        sender = from.sender;
        portid = from.portid;
        dstGroup = from.dstGroup;
        credsPid = from.credsPid;
        credsUid = from.credsUid;
        credsGid = from.credsGid;
        cbFlags = from.cbFlags;
    }

    /**
     * An sk_buff that has one holder: this one, or a clone in exchange for the caller's reference.
     *
     * <p>Models {@code skb_share_check()}. Ownership: the caller's reference is taken, the result's
     * is the caller's.
     *
     * @return null if there is no memory; the reference is dropped then, too
     */
    public @Nullable SkBuff shareCheck(GfpMask gfp) {
        if (!isShared()) {
            return this;
        }
        SkBuff clone = clone(gfp);
        if (clone != null) {
            consume();
        } else {
            free("NOMEM");
        }
        return clone;
    }

    /**
     * Moves the message into new memory with this much more headroom and tailroom, or less where
     * negative.
     *
     * <p>Models {@code pskb_expand_head()}.
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it.
     *
     * @return whether there was memory; where not, nothing changed
     */
    public boolean expandHead(int moreHeadroom, int moreTailroom, GfpMask gfp) {
        if (isShared()) {
            throw bug("pskb_expand_head() of a shared sk_buff", "expand", moreTailroom);
        }
        int room = end + moreHeadroom + moreTailroom;
        long bytes = SkBuffSizes.allocDataBytes(skbs.profile, room);
        Task running = skbs.sched.current();
        GfpMask entitled = pfmemalloc ? gfp.with(GfpMask.Flag.MEMALLOC) : gfp;
        int object = skbs.takeData(running, bytes, entitled);
        if (object == 0) {
            return false;
        }
        byte[] bigger = skbs.newBytes(Math.max(room, tail + moreHeadroom), bytes);
        System.arraycopy(head, 0, bigger, moreHeadroom, tail);
        copyShadow(this, moreHeadroom);
        if (leaveData()) {
            skbs.freeData(running, dataObject, head, dataBytes(), isVirtual);
        }
        int oldEnd = end;
        dataObject = object;
        head = bigger;
        end = SkBuffSizes.end(skbs.profile, bytes);
        data += moreHeadroom;
        tail += moreHeadroom;
        isVirtual = false;
        home = skbs.home(bytes, false);
        cloned = false;
        dataref = null;
        if (sk == null) {
            truesize += end - oldEnd;
        }
        return true;
    }

    /**
     * Whether its data was taken from the reserves of who frees memory ({@code skb_pfmemalloc()}):
     * then it is for sockets that help with that alone, of which there are none here.
     */
    public boolean isPfmemalloc() {
        return pfmemalloc;
    }

    void markPfmemalloc() {
        pfmemalloc = true;
    }

    /** Whether the bytes are contiguous only virtually ({@code is_vmalloc_addr(skb->head)}). */
    public boolean isVirtual() {
        return isVirtual;
    }

    // ---- The owner --------------------------------------------------------------------------

    /** The socket that it is charged to, or null. */
    public @Nullable SkBuffOwner sk() {
        return sk;
    }

    /** What settles with {@link #sk}, or null. */
    public @Nullable SkBuffDestructor destructor() {
        return destructor;
    }

    /** Gives it to {@code owner}, who has been charged; it must have none. */
    public void setOwner(SkBuffOwner owner, SkBuffDestructor settle) {
        checkAlive();
        if (sk != null || destructor != null) {
            skbs.sched.reportBroken("an owned sk_buff gets another owner", toString());
        }
        sk = owner;
        destructor = settle;
    }

    /** Settles with the owner, if there is one ({@code skb_orphan()}). */
    public void orphan() {
        checkAlive();
        SkBuffDestructor settle = destructor;
        if (settle != null) {
            settle(settle);
        } else if (sk != null) {
            throw bug("sk_buff with an owner and no destructor", "orphan", truesize);
        }
    }

    private void settle(SkBuffDestructor settle) {
        settle.destruct(this);
        destructor = null;
        sk = null;
    }

    /** Takes the owner off who has settled by itself. */
    public void disown() {
        destructor = null;
        sk = null;
    }

    // ---- Netlink's notes --------------------------------------------------------------------

    /** The socket that sent it ({@code NETLINK_CB(skb).sk}), or null. */
    public @Nullable SkBuffOwner sender() {
        checkAlive();
        return sender;
    }

    public void setSender(@Nullable SkBuffOwner socket) {
        sender = socket;
    }

    /** The sender's port id ({@code NETLINK_CB(skb).portid}). */
    public int portid() {
        checkAlive();
        return portid;
    }

    public void setPortid(int id) {
        portid = id;
    }

    /** The group that it was sent to, 0 for none ({@code NETLINK_CB(skb).dst_group}). */
    public int dstGroup() {
        checkAlive();
        return dstGroup;
    }

    public void setDstGroup(int group) {
        dstGroup = group;
    }

    /** The sender's process, 0 for the kernel. */
    public int credsPid() {
        checkAlive();
        return credsPid;
    }

    /** The sender's user. */
    public int credsUid() {
        checkAlive();
        return credsUid;
    }

    /** The sender's group of users. */
    public int credsGid() {
        checkAlive();
        return credsGid;
    }

    /** Notes who sent it ({@code NETLINK_CREDS(skb)}). */
    public void setCreds(int pid, int uid, int gid) {
        credsPid = pid;
        credsUid = uid;
        credsGid = gid;
    }

    /** {@code NETLINK_CB(skb).flags}. */
    public int cbFlags() {
        checkAlive();
        return cbFlags;
    }

    public void setCbFlags(int flags) {
        cbFlags = flags;
    }

    @Override
    public String toString() {
        return "sk_buff of " + (tail - data) + " bytes, truesize " + truesize;
    }
}
