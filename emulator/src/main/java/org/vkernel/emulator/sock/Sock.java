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
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.shared.SharedLong;
import org.vkernel.emulator.shared.SharedRef;
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

    static {
        try {
            RMEM = MethodHandles.lookup().findVarHandle(Sock.class, "rmem", int.class);
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
    private final AtomicInt rmemAtomic;
    private final AtomicInt err;
    private final AtomicInt drops;
    private final AtomicInt flags;
    private final SharedInt rcvbuf;
    private final SharedInt sndbuf;
    private final SharedInt userlocks;
    private final SharedInt rcvlowat;
    private final SharedInt priority;
    private final SharedInt mark;
    private final SharedLong rcvtimeo;
    private final SharedLong sndtimeo;
    private final SharedRef<SocketFilter> filter;

    // Parallel machine; guarded by the receive queue's lock, but for a kernel's socket.
    private int rmem;
    private int sleepers;
    private int senders;

    /**
     * Models {@code sock_init_data()}: one reference, the system's default buffer sizes.
     *
     * @param isKernel whether the kernel holds it, so that nothing is ever queued to it
     */
    protected Sock(VirtualKernel kernel, String name, int type, int protocol, boolean isKernel) {
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
        rmemAtomic = new AtomicInt(sched, 0);
        err = new AtomicInt(sched, 0);
        drops = new AtomicInt(sched, 0);
        flags = new AtomicInt(sched, 0);
        rcvbuf = new SharedInt(sched, profile.rmemDefault());
        sndbuf = new SharedInt(sched, profile.wmemDefault());
        userlocks = new SharedInt(sched, 0);
        rcvlowat = new SharedInt(sched, 1);
        priority = new SharedInt(sched, 0);
        mark = new SharedInt(sched, 0);
        rcvtimeo = new SharedLong(sched, MAX_TIMEOUT);
        sndtimeo = new SharedLong(sched, MAX_TIMEOUT);
        filter = new SharedRef<>(sched, null);
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
        return sim != null ? rmemAtomic.get() : (int) RMEM.getOpaque(this);
    }

    /** {@code atomic_add_return(bytes, &sk->sk_rmem_alloc)}. */
    public final int chargeRmem(int bytes) {
        if (sim != null) {
            return rmemAtomic.addAndGet(bytes);
        }
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
            return isCongested() ? 0 : offerAtOnce(running, skb, truesize, rcvbuf.getOnce());
        }
        int now = rmemAtomic.addAndGet(truesize);
        if (isWithin(now, truesize, rcvbuf.getOnce()) && !isCongested()) {
            own(skb);
            beforeQueued(skb);
            receiveQueue.addLast(skb);
            dataReady();
            return now;
        }
        rmemAtomic.addAndGet(-truesize);
        return 0;
    }

    /**
     * A message that the socket takes, before anybody can have it from its queue. Context: any; on
     * the parallel machine perhaps under the queue's lock. Sleeps: never.
     */
    protected void beforeQueued(SkBuff skb) {}

    /** Interrupts come at points only, and there is none under the lock: they may stay on. */
    private int offerAtOnce(Task running, SkBuff skb, int truesize, int limit) {
        SpinLock lock = receiveQueue.lock();
        lock.lock(running);
        int now = rmem + truesize;
        boolean taken = isWithin(now, truesize, limit);
        boolean wake = false;
        if (taken) {
            RMEM.setOpaque(this, now);
            beforeQueued(skb);
            receiveQueue.addLastLocked(skb);
            wake = sleepers != 0;
        }
        lock.unlock(running);
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
        SpinLock lock = receiveQueue.lock();
        lock.lock(running);
        SkBuff skb = receiveQueue.pollFirstLocked();
        if (skb != null) {
            RMEM.setOpaque(this, rmem - skb.truesize());
        }
        lock.unlock(running);
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
        return err.get() == 0 ? 0 : -err.exchange(0);
    }

    /** {@code sk->sk_err}: the pending error, positive, or 0. */
    public final int pendingError() {
        return err.get();
    }

    public final void setError(int errno) {
        err.set(errno);
    }

    /** {@code sk_drops}: how many messages were lost, modulo 2^32. */
    public final int drops() {
        return drops.get();
    }

    /** The drops without a point. */
    public final int dropsNow() {
        return drops.peek();
    }

    /** Counts a lost message ({@code sk_drops_inc()}). */
    public final void countDrop() {
        drops.incrementAndGet();
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
        SocketFilter program = filter.rcuDereference();
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
        return filter.rcuDereference();
    }

    /** Sets or removes the filter. The caller holds {@link #lock}. */
    public final void setFilter(@Nullable SocketFilter program) {
        filter.rcuAssign(program);
    }

    // ---- Options ----------------------------------------------------------------------------

    /** Whether a {@link SockFlag} is set. */
    public final boolean has(int flag) {
        return (flags.get() & flag) != 0;
    }

    /** Sets or clears a {@link SockFlag}. */
    public final void set(int flag, boolean value) {
        var _ = value ? flags.getAndOr(flag) : flags.getAndAnd(~flag);
    }

    /** {@code sk_rcvbuf}. */
    public final int rcvbuf() {
        return rcvbuf.getOnce();
    }

    public final void setRcvbuf(int bytes) {
        rcvbuf.setOnce(bytes);
    }

    /** {@code sk_sndbuf}. */
    public final int sndbuf() {
        return sndbuf.getOnce();
    }

    public final void setSndbuf(int bytes) {
        sndbuf.setOnce(bytes);
    }

    /** {@code sk_userlocks}: which buffer sizes were set by hand. */
    public final int userlocks() {
        return userlocks.getOnce();
    }

    public final void setUserlocks(int bits) {
        userlocks.setOnce(bits);
    }

    /** {@code sk_rcvlowat}. */
    public final int rcvlowat() {
        return rcvlowat.getOnce();
    }

    public final void setRcvlowat(int bytes) {
        rcvlowat.setOnce(bytes);
    }

    /** {@code sk_priority}. */
    public final int priority() {
        return priority.getOnce();
    }

    public final void setPriority(int value) {
        priority.setOnce(value);
    }

    /** {@code sk_mark}. */
    public final int mark() {
        return mark.getOnce();
    }

    public final void setMark(int value) {
        mark.setOnce(value);
    }

    /** {@code sock_rcvtimeo()}: how long a receiver waits, in ticks. */
    public final long rcvtimeo(boolean noblock) {
        return noblock ? 0 : rcvtimeo.getOnce();
    }

    public final void setRcvtimeo(long ticks) {
        rcvtimeo.setOnce(ticks);
    }

    /** {@code sock_sndtimeo()}: how long a sender waits, in ticks. */
    public final long sndtimeo(boolean noblock) {
        return noblock ? 0 : sndtimeo.getOnce();
    }

    public final void setSndtimeo(long ticks) {
        sndtimeo.setOnce(ticks);
    }
}
