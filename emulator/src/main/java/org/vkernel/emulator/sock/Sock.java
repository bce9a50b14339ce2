package org.vkernel.emulator.sock;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.locking.RefCount;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.skb.SkBuffDestructor;
import org.vkernel.emulator.skb.SkBuffOwner;
import org.vkernel.emulator.skb.SkBuffQueue;
import org.vkernel.emulator.time.Timers;

/**
 * The part of a socket that the network sees: its receive queue with what is charged for it, its
 * pending error, its counters and options.
 *
 * <p>Models {@code struct sock}. On the simulated machine each step is Linux's. On the parallel
 * machine charging, queueing and the look for sleepers are one step under the queue's lock ({@link
 * #offer}, {@link #take}): a receiver gives its charge back when it takes a message off the queue,
 * not when it has copied it, which only it itself could tell.
 */
public abstract class Sock implements SkBuffOwner {
    /** A time-out that never comes. */
    public static final long MAX_TIMEOUT = Timers.MAX_SCHEDULE_TIMEOUT;

    private static final SkBuffDestructor RFREE = Sock::receiveFree;
    private static final VarHandle RMEM;
    private static final VarHandle ERR;
    private static final VarHandle DROPS;
    private static final VarHandle FLAGS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RMEM = lookup.findVarHandle(Sock.class, "rmem", int.class);
            ERR = lookup.findVarHandle(Sock.class, "err", int.class);
            DROPS = lookup.findVarHandle(Sock.class, "drops", int.class);
            FLAGS = lookup.findVarHandle(Sock.class, "flags", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    protected final Scheduler sched;
    private final Timers timers;
    private final @Nullable SimMachine sim;
    private final boolean isKernel;
    private final RefCount references;
    private final Mutex ownership;
    private final int type;
    private final int protocol;

    private final SkBuffQueue receiveQueue;
    private final WaitQueue wait;
    private final WaitQueue room;

    /**
     * The number of the first of the shared fields, which follow each other in this order. They are
     * no objects of their own, since those of many sockets do not fit the cache: measured, a
     * multicast to 64 takes a tenth less.
     */
    private final long fields;

    private static final int FIELD_RMEM = 0;
    private static final int FIELD_ERR = 1;
    private static final int FIELD_DROPS = 2;
    private static final int FIELD_FLAGS = 3;
    private static final int FIELD_RCVBUF = 4;
    private static final int FIELD_SNDBUF = 5;
    private static final int FIELD_USERLOCKS = 6;
    private static final int FIELD_RCVLOWAT = 7;
    private static final int FIELD_PRIORITY = 8;
    private static final int FIELD_MARK = 9;
    private static final int FIELD_RCVTIMEO = 10;
    private static final int FIELD_SNDTIMEO = 11;
    private static final int FIELD_FILTER = 12;

    /** How many there are; those of a family's socket follow. */
    protected static final int FIELDS = 13;

    /** Parallel machine: guarded by the receive queue's lock, but for a kernel's socket. */
    private int rmem;

    private volatile int err;
    private volatile int drops;
    private volatile int flags;
    private volatile int rcvbuf;
    private volatile int sndbuf;
    private volatile int userlocks;
    private volatile int rcvlowat = 1;
    private volatile int priority;
    private volatile int mark;
    private volatile long rcvtimeo = MAX_TIMEOUT;
    private volatile long sndtimeo = MAX_TIMEOUT;
    private volatile @Nullable SocketFilter filter;

    /** Null on the simulated machine. */
    private final @Nullable BusyPoll busyPoll;

    // Parallel machine; guarded by the receive queue's lock.
    private int sleepers;
    private int senders;

    /**
     * Models {@code sock_init_data()}: one reference, the system's default buffer sizes.
     *
     * @param isKernel whether the kernel holds it, so that nothing is ever queued to it
     * @param familyFields how many shared fields its family adds
     */
    protected Sock(
            VirtualKernel kernel,
            String name,
            int type,
            int protocol,
            boolean isKernel,
            int familyFields) {
        this.sched = kernel.sched();
        this.timers = kernel.timers();
        Profile profile = kernel.profile();
        this.sim = sched.sim();
        this.isKernel = isKernel;
        this.type = type;
        this.protocol = protocol;
        references = new RefCount(sched, name, 1);
        ownership = new Mutex(sched, "sk_lock-" + name);
        receiveQueue = new SkBuffQueue(sched, "rlock-" + name);
        wait = new WaitQueue(sched, "a message to its " + name + " socket");
        room = new WaitQueue(sched, "room in a " + name + " socket");
        fields = sched.nextObjects(FIELDS + familyFields);
        busyPoll = sim == null ? new BusyPoll(sched) : null;
        rcvbuf = profile.rmemDefault();
        sndbuf = profile.wmemDefault();
    }

    /** A point of the simulated machine, before an access to the shared field of this number. */
    protected final void point(int access, int field) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(access, fields + field);
        }
    }

    /** As {@link #point}, for {@code READ_ONCE()}. */
    protected final void readOnce(int field) {
        point(Access.READ_ONCE, field);
    }

    /** As {@link #point}, for {@code WRITE_ONCE()}. */
    protected final void writeOnce(int field) {
        point(Access.WRITE_ONCE, field);
    }

    /** As {@link #point}, for an atomic operation. */
    protected final void atomic(int field) {
        point(Access.ATOMIC, field);
    }

    // ---- Its life ---------------------------------------------------------------------------

    /** {@code sock_hold()}. */
    public final void hold() {
        references.increment();
    }

    /** {@code sock_put()}: the last one frees it. Context: any. */
    public final void put() {
        if (references.decrementAndTest()) {
            destruct();
        }
    }

    /**
     * Takes a reference for as long as the caller does not sleep: that of {@link #holdAcrossSleep}
     * where another task could tell, nothing where the caller's CPU keeps the socket from being
     * freed.
     *
     * <p>Context: in the kernel, from an RCU look-up on.
     */
    public final void holdAwake() {
        if (sim != null) {
            references.increment();
        }
    }

    /** Gives {@link #holdAwake}'s reference back. */
    public final void putAwake() {
        if (sim != null) {
            put();
        }
    }

    /** Makes {@link #holdAwake}'s reference one that may be kept through a sleep. */
    public final void holdAcrossSleep() {
        if (sim == null) {
            references.increment();
        }
    }

    /** How many references there are, without a point. */
    public final int references() {
        return references.peek();
    }

    /** Frees what it holds; nobody knows it any more. Context: any. Sleeps: never. */
    protected abstract void destruct();

    /**
     * {@code lock_sock()}: serialises what processes do to the socket. Context: process; sleeps.
     */
    public final void lock() {
        ownership.lock();
    }

    /** {@code release_sock()}. */
    public final void unlock() {
        ownership.unlock();
    }

    /** Whether the kernel holds it. */
    public final boolean isKernel() {
        return isKernel;
    }

    /** {@code sk_type}. */
    public final int type() {
        return type;
    }

    /** {@code sk_protocol}. */
    public final int protocol() {
        return protocol;
    }

    // ---- The receive queue ------------------------------------------------------------------

    /** {@code sk_receive_queue}. */
    public final SkBuffQueue receiveQueue() {
        return receiveQueue;
    }

    /** Who waits for a message or an error ({@code sk_sleep()}). */
    public final WaitQueue waitQueue() {
        return wait;
    }

    /** What is charged for queued messages ({@code sk_rmem_alloc}), in bytes. */
    public final int rmemAlloc() {
        readOnce(FIELD_RMEM);
        return (int) RMEM.getOpaque(this);
    }

    /** {@code atomic_add_return(bytes, &sk->sk_rmem_alloc)}. */
    public final int chargeRmem(int bytes) {
        atomic(FIELD_RMEM);
        if (sched.isSole()) {
            int now = rmem + bytes;
            RMEM.setOpaque(this, now);
            return now;
        }
        if (isKernel) {
            return (int) RMEM.getAndAdd(this, bytes) + bytes;
        }
        SpinLock lock = receiveQueue.lock();
        boolean irqs = lock.lockIrqsave();
        rmem += bytes;
        int now = rmem;
        lock.unlockIrqrestore(irqs);
        return now;
    }

    /** {@code atomic_sub(bytes, &sk->sk_rmem_alloc)}. */
    public final void unchargeRmem(int bytes) {
        chargeRmem(-bytes);
    }

    /** Models {@code sock_rfree()}. */
    private static void receiveFree(SkBuff skb) {
        if (skb.sk() instanceof Sock owner) {
            owner.unchargeRmem(skb.truesize());
        }
    }

    /** Gives {@code skb} to this socket, which has been charged for it. */
    public final void own(SkBuff skb) {
        skb.setOwner(this, RFREE);
    }

    /**
     * Whether {@code rmem} bytes, {@code truesize} of them for the newest message, are within the
     * receiver's budget: a message that is alone always is.
     */
    public static boolean isWithin(int rmem, int truesize, int rcvbuf) {
        return rmem == truesize || Integer.compareUnsigned(rmem, rcvbuf) <= 0;
    }

    /** Whether nothing is taken now, whatever there is room for. */
    protected boolean isCongested() {
        return false;
    }

    /**
     * Charges {@code skb} and queues it, if it is within the budget and the socket is not
     * congested, and wakes whoever waits for it.
     *
     * <p>Context: any. Sleeps: never. Ownership: the queue's if it is taken, else the caller's.
     *
     * @return what is charged now, 0 if it was refused
     */
    public final int offer(Task running, SkBuff skb) {
        int truesize = skb.truesize();
        if (sim == null) {
            return isCongested() ? 0 : offerAtOnce(running, skb, truesize, rcvbuf);
        }
        int now = chargeRmem(truesize);
        if (isWithin(now, truesize, rcvbuf()) && !isCongested()) {
            own(skb);
            beforeQueued(skb);
            receiveQueue.addLast(skb);
            dataReady();
            return now;
        }
        unchargeRmem(truesize);
        return 0;
    }

    /**
     * A message that the socket takes, before anybody can have it from its queue. Context: any; on
     * the parallel machine perhaps under the queue's lock. Sleeps: never.
     */
    protected void beforeQueued(SkBuff skb) {}

    /** Interrupts come at points only, and there is none under the lock: they may stay on. */
    private int offerAtOnce(Task running, SkBuff skb, int truesize, int limit) {
        boolean locks = !sched.sparesLocks();
        SpinLock lock = receiveQueue.lock();
        if (locks) {
            lock.lock(running);
        }
        int now = rmem + truesize;
        boolean taken = isWithin(now, truesize, limit);
        boolean wake = false;
        if (taken) {
            RMEM.setOpaque(this, now);
            beforeQueued(skb);
            receiveQueue.addLastLocked(skb);
            wake = sleepers != 0;
        }
        if (locks) {
            lock.unlock(running);
        }
        if (wake) {
            wait.wakeUpInterruptible();
        }
        return taken ? now : 0;
    }

    /**
     * Queues a message that is charged already, and wakes whoever waits ({@code
     * __netlink_sendskb()}). Ownership: the queue takes the caller's reference.
     */
    public final void queueCharged(SkBuff skb) {
        beforeQueued(skb);
        if (sim != null) {
            receiveQueue.addLast(skb);
            dataReady();
            return;
        }
        SpinLock lock = receiveQueue.lock();
        boolean irqs = lock.lockIrqsave();
        skb.disown();
        receiveQueue.addLastLocked(skb);
        boolean wake = sleepers != 0;
        lock.unlockIrqrestore(irqs);
        if (wake) {
            wait.wakeUpInterruptible();
        }
    }

    /**
     * Takes the first message off the queue, or null. Ownership: the caller gets its reference;
     * letting go of it gives its charge back, unless that has happened.
     */
    public final @Nullable SkBuff take(Task running) {
        if (sim != null) {
            return receiveQueue.pollFirst();
        }
        if (receiveQueue.isEmpty()) {
            return null;
        }
        boolean locks = !sched.sparesLocks();
        SpinLock lock = receiveQueue.lock();
        if (locks) {
            lock.lock(running);
        }
        SkBuff skb = receiveQueue.pollFirstLocked();
        if (skb != null) {
            RMEM.setOpaque(this, rmem - skb.truesize());
        }
        if (locks) {
            lock.unlock(running);
        }
        return skb;
    }

    /**
     * The first message, which stays in the queue, or null. Ownership: the caller gets a reference.
     */
    public final @Nullable SkBuff peek() {
        SpinLock lock = receiveQueue.lock();
        boolean irqs = lock.lockIrqsave();
        SkBuff skb = receiveQueue.peekFirstLocked();
        if (skb != null) {
            skb.get();
        }
        lock.unlockIrqrestore(irqs);
        return skb;
    }

    /** Frees all that is queued; returns how many messages that were. */
    public final int purge() {
        int count = 0;
        Task running = sched.current();
        SkBuff skb;
        while ((skb = take(running)) != null) {
            skb.free("QUEUE_PURGE");
            count++;
        }
        return count;
    }

    // ---- Sleeping and waking ----------------------------------------------------------------

    /** {@code sk_data_ready()}: wakes whoever waits for a message. Context: any. */
    public final void dataReady() {
        if (wait.isActive()) {
            wait.wakeUpInterruptible();
        }
    }

    /** {@code sk_error_report()}: wakes whoever waits, to see the pending error. Context: any. */
    public final void reportError() {
        wait.wakeUpInterruptible();
    }

    /**
     * Joins the wait queue; what arrives from now on wakes the task.
     *
     * @param entry the running task's
     * @param state what it sleeps in
     */
    public final void prepareToWait(WaitQueue.Entry entry, int state) {
        wait.prepareToWait(entry, state);
        addSleepers(1);
    }

    /** Ends what {@link #prepareToWait} began. */
    public final void finishWait(WaitQueue.Entry entry) {
        addSleepers(-1);
        wait.finishWait(entry);
    }

    private void addSleepers(int count) {
        if (sim == null) {
            SpinLock lock = receiveQueue.lock();
            boolean irqs = lock.lockIrqsave();
            sleepers += count;
            lock.unlockIrqrestore(irqs);
        }
    }

    /**
     * Sleeps until a message may have come.
     *
     * <p>Models {@code __skb_wait_for_more_packets()} (net/core/datagram.c). Context: process.
     * Sleeps: may.
     *
     * @param timeout how long at most, in ticks
     * @return the ticks that are left, or a negative errno: the pending error, or that of a signal
     */
    public final long awaitMessage(long timeout) {
        sched.mightSleep();
        if (busyPoll != null && busyPoll.succeeds(this::hasNews)) {
            return timeout;
        }
        Task task = sched.current();
        WaitQueue.Entry entry = new WaitQueue.Entry(task, true);
        prepareToWait(entry, TaskState.INTERRUPTIBLE);
        long left = takeError();
        if (left == 0) {
            if (!receiveQueue.isEmpty()) {
                left = timeout;
            } else if (task.signalPending()) {
                left = interruptedErrno(timeout);
            } else {
                left = sleep(timeout);
            }
        }
        finishWait(entry);
        return left;
    }

    /** Whether there is a message or an error. */
    private boolean hasNews() {
        return !receiveQueue.isEmpty() || err != 0;
    }

    /**
     * Joins those who wait for room in the receive queue; whoever makes some wakes the task.
     *
     * @param entry the running task's
     */
    public final void prepareToWaitForRoom(WaitQueue.Entry entry) {
        room.prepareToWait(entry, TaskState.INTERRUPTIBLE);
        addSenders(1);
        // Pairs with the atomic operation that ends a congestion: one sees what the other wrote.
        VarHandle.fullFence();
    }

    /** Ends what {@link #prepareToWaitForRoom} began. */
    public final void finishWaitForRoom(WaitQueue.Entry entry) {
        addSenders(-1);
        room.finishWait(entry);
    }

    private void addSenders(int count) {
        if (sim == null) {
            SpinLock lock = receiveQueue.lock();
            boolean irqs = lock.lockIrqsave();
            senders += count;
            lock.unlockIrqrestore(irqs);
        }
    }

    /** Wakes those who wait for room, after some was made. Context: any. */
    public final void wakeSenders() {
        // Without the lock: whoever made room has held it since, or has done an atomic operation.
        if (sim != null ? room.isActive() : senders != 0) {
            room.wakeUpInterruptible();
        }
    }

    /** Wakes all who wait for room: there will be none ({@code wake_up_interruptible_all()}). */
    public final void wakeAllSenders() {
        room.wakeUpAll();
    }

    /** {@code schedule_timeout()}: the ticks that are left. */
    public final long sleep(long timeout) {
        return timers.scheduleTimeout(timeout);
    }

    /** {@code sock_intr_errno()}: what a call returns that a signal ended. */
    public static int interruptedErrno(long timeout) {
        return timeout == MAX_TIMEOUT ? -Errno.ERESTARTSYS : -Errno.EINTR;
    }

    // ---- Errors and counters ----------------------------------------------------------------

    /** {@code sock_error()}: takes the pending error; 0, or the negative errno. */
    public final int takeError() {
        if (pendingError() == 0) {
            return 0;
        }
        atomic(FIELD_ERR);
        return -(int) ERR.getAndSet(this, 0);
    }

    /** {@code sk->sk_err}: the pending error, positive, or 0. */
    public final int pendingError() {
        readOnce(FIELD_ERR);
        return err;
    }

    public final void setError(int errno) {
        writeOnce(FIELD_ERR);
        err = errno;
    }

    /** {@code sk_drops}: how many messages were lost, modulo 2^32. */
    public final int drops() {
        readOnce(FIELD_DROPS);
        return drops;
    }

    /** The drops without a point. */
    public final int dropsNow() {
        return drops;
    }

    /** Counts a lost message ({@code sk_drops_inc()}). */
    public final void countDrop() {
        atomic(FIELD_DROPS);
        if (sched.isSole()) {
            DROPS.setOpaque(this, drops + 1);
        } else {
            DROPS.getAndAdd(this, 1);
        }
    }

    // ---- Filters ----------------------------------------------------------------------------

    /**
     * Shows {@code skb} to the socket's filter, which may cut it. What was taken from the reserves
     * of who frees memory passes no socket.
     *
     * <p>Models {@code sk_filter()}; no socket has {@code SOCK_MEMALLOC}.
     *
     * @return whether the message is to be dropped
     */
    public final boolean isFiltered(SkBuff skb) {
        if (skb.isPfmemalloc()) {
            return true;
        }
        SocketFilter program = filter();
        if (program == null) {
            return false;
        }
        int passes = program.run(skb);
        if (passes == 0) {
            return true;
        }
        if (Integer.compareUnsigned(passes, skb.len()) < 0) {
            skb.trim(passes);
        }
        return false;
    }

    /** The filter, or null. */
    public final @Nullable SocketFilter filter() {
        readOnce(FIELD_FILTER);
        return filter;
    }

    /** Sets or removes the filter. The caller holds {@link #lock}. */
    public final void setFilter(@Nullable SocketFilter program) {
        writeOnce(FIELD_FILTER);
        filter = program;
    }

    // ---- Options ----------------------------------------------------------------------------

    /** Whether a {@link SockFlag} is set. */
    public final boolean has(int flag) {
        readOnce(FIELD_FLAGS);
        return (flags & flag) != 0;
    }

    /** Sets or clears a {@link SockFlag}. */
    public final void set(int flag, boolean value) {
        atomic(FIELD_FLAGS);
        if (value) {
            FLAGS.getAndBitwiseOr(this, flag);
        } else {
            FLAGS.getAndBitwiseAnd(this, ~flag);
        }
    }

    /** {@code sk_rcvbuf}. */
    public final int rcvbuf() {
        readOnce(FIELD_RCVBUF);
        return rcvbuf;
    }

    public final void setRcvbuf(int bytes) {
        writeOnce(FIELD_RCVBUF);
        rcvbuf = bytes;
    }

    /** {@code sk_sndbuf}. */
    public final int sndbuf() {
        readOnce(FIELD_SNDBUF);
        return sndbuf;
    }

    public final void setSndbuf(int bytes) {
        writeOnce(FIELD_SNDBUF);
        sndbuf = bytes;
    }

    /** {@code sk_userlocks}: which buffer sizes were set by hand. */
    public final int userlocks() {
        readOnce(FIELD_USERLOCKS);
        return userlocks;
    }

    public final void setUserlocks(int bits) {
        writeOnce(FIELD_USERLOCKS);
        userlocks = bits;
    }

    /** {@code sk_rcvlowat}. */
    public final int rcvlowat() {
        readOnce(FIELD_RCVLOWAT);
        return rcvlowat;
    }

    public final void setRcvlowat(int bytes) {
        writeOnce(FIELD_RCVLOWAT);
        rcvlowat = bytes;
    }

    /** {@code sk_priority}. */
    public final int priority() {
        readOnce(FIELD_PRIORITY);
        return priority;
    }

    public final void setPriority(int value) {
        writeOnce(FIELD_PRIORITY);
        priority = value;
    }

    /** {@code sk_mark}. */
    public final int mark() {
        readOnce(FIELD_MARK);
        return mark;
    }

    public final void setMark(int value) {
        writeOnce(FIELD_MARK);
        mark = value;
    }

    /** {@code sock_rcvtimeo()}: how long a receiver waits, in ticks. */
    public final long rcvtimeo(boolean noblock) {
        if (noblock) {
            return 0;
        }
        readOnce(FIELD_RCVTIMEO);
        return rcvtimeo;
    }

    public final void setRcvtimeo(long ticks) {
        writeOnce(FIELD_RCVTIMEO);
        rcvtimeo = ticks;
    }

    /** {@code sock_sndtimeo()}: how long a sender waits, in ticks. */
    public final long sndtimeo(boolean noblock) {
        if (noblock) {
            return 0;
        }
        readOnce(FIELD_SNDTIMEO);
        return sndtimeo;
    }

    public final void setSndtimeo(long ticks) {
        writeOnce(FIELD_SNDTIMEO);
        sndtimeo = ticks;
    }
}
