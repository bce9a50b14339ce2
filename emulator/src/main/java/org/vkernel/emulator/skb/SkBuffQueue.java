package org.vkernel.emulator.skb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;

/**
 * A queue of sk_buffs with its lock.
 *
 * <p>Models {@code struct sk_buff_head}. The methods named after the unlocked forms of the kernel
 * end in {@code Locked}: their caller holds {@link #lock}. The others take it with interrupts off.
 */
public final class SkBuffQueue {
    private static final VarHandle FIRST;
    private static final VarHandle LENGTH;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            FIRST = lookup.findVarHandle(SkBuffQueue.class, "first", SkBuff.class);
            LENGTH = lookup.findVarHandle(SkBuffQueue.class, "length", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Scheduler sched;
    private final @Nullable SimMachine sim;
    private final long object;
    private final SpinLock lock;

    // Guarded by lock; isEmpty() and length() read them without.
    private @Nullable SkBuff first;
    private @Nullable SkBuff last;
    private int length;

    /**
     * Makes an empty queue.
     *
     * @param name its lock's class, as lockdep would call it
     */
    public SkBuffQueue(Scheduler sched, String name) {
        this.sched = sched;
        this.sim = sched.sim();
        this.object = sched.nextObject();
        this.lock = new SpinLock(sched, name);
    }

    /** The queue's lock. */
    public SpinLock lock() {
        return lock;
    }

    // ---- With the lock held -----------------------------------------------------------------

    private void write() {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.PUBLISH, object);
        }
    }

    /** {@code __skb_queue_tail()}. Ownership: the queue takes the caller's reference. */
    public void addLastLocked(SkBuff skb) {
        write();
        checkUnqueued(skb);
        SkBuff before = last;
        skb.queue = this;
        last = skb;
        if (before == null) {
            FIRST.setRelease(this, skb);
        } else {
            skb.prev = before;
            before.next = skb;
        }
        length++;
    }

    /** {@code __skb_queue_head()}. Ownership: the queue takes the caller's reference. */
    public void addFirstLocked(SkBuff skb) {
        write();
        checkUnqueued(skb);
        SkBuff after = first;
        skb.queue = this;
        skb.next = after;
        if (after == null) {
            last = skb;
        } else {
            after.prev = skb;
        }
        FIRST.setRelease(this, skb);
        length++;
    }

    private void checkUnqueued(SkBuff skb) {
        if (skb.queue != null) {
            sched.reportBroken("sk_buff queued twice", skb + " is in " + skb.queue);
        }
    }

    /** {@code __skb_unlink()}. Ownership: the queue's reference becomes the caller's. */
    public void unlinkLocked(SkBuff skb) {
        write();
        if (skb.queue != this) {
            sched.reportBroken("sk_buff taken off a queue that it is not in", toString());
        }
        SkBuff before = skb.prev;
        SkBuff after = skb.next;
        if (after == null) {
            last = before;
        } else {
            after.prev = before;
            skb.next = null;
        }
        if (before == null) {
            FIRST.setOpaque(this, after);
        } else {
            before.next = after;
            skb.prev = null;
        }
        skb.queue = null;
        length--;
    }

    /** {@code __skb_dequeue()}: the first, or null. Ownership: the caller gets its reference. */
    public @Nullable SkBuff pollFirstLocked() {
        SkBuff skb = peekFirstLocked();
        if (skb != null) {
            unlinkLocked(skb);
        }
        return skb;
    }

    /** {@code skb_peek()}: the first, or null. Ownership: it stays the queue's. */
    public @Nullable SkBuff peekFirstLocked() {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.READ, object);
        }
        return first;
    }

    /** The one behind {@code skb}, or null ({@code skb_queue_next()}). */
    public @Nullable SkBuff nextLocked(SkBuff skb) {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.READ, object);
        }
        return skb.next;
    }

    // ---- Without ----------------------------------------------------------------------------

    /**
     * {@code skb_queue_tail()}. Context: any. Ownership: the queue takes the caller's reference.
     */
    public void addLast(SkBuff skb) {
        boolean flags = lock.lockIrqsave();
        addLastLocked(skb);
        lock.unlockIrqrestore(flags);
    }

    /**
     * {@code skb_queue_head()}. Context: any. Ownership: the queue takes the caller's reference.
     */
    public void addFirst(SkBuff skb) {
        boolean flags = lock.lockIrqsave();
        addFirstLocked(skb);
        lock.unlockIrqrestore(flags);
    }

    /**
     * {@code skb_unlink()}. Context: any. Ownership: the queue's reference becomes the caller's.
     */
    public void unlink(SkBuff skb) {
        boolean flags = lock.lockIrqsave();
        unlinkLocked(skb);
        lock.unlockIrqrestore(flags);
    }

    /**
     * {@code skb_dequeue()}: the first, or null. Context: any. Ownership: the caller gets its
     * reference.
     */
    public @Nullable SkBuff pollFirst() {
        boolean flags = lock.lockIrqsave();
        SkBuff skb = pollFirstLocked();
        lock.unlockIrqrestore(flags);
        return skb;
    }

    /**
     * {@code skb_queue_purge()}: frees all. Context: any but hardirq.
     *
     * @return how many there were
     */
    public int purge() {
        int count = 0;
        SkBuff skb;
        while ((skb = pollFirst()) != null) {
            skb.free("QUEUE_PURGE");
            count++;
        }
        return count;
    }

    /** {@code skb_queue_empty_lockless()}. */
    public boolean isEmpty() {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.READ_ONCE, object);
        }
        // Pairs with the releases in addLastLocked() and addFirstLocked().
        return FIRST.getAcquire(this) == null;
    }

    /** {@code skb_queue_len_lockless()}: how many there are. */
    public int length() {
        SimMachine machine = sim;
        if (machine != null) {
            machine.point(Access.READ_ONCE, object);
        }
        return (int) LENGTH.getOpaque(this);
    }

    /** The sum of the truesizes, for checks on a queue that nobody changes. */
    public long truesizeSum() {
        long sum = 0;
        for (SkBuff skb = first; skb != null; skb = skb.next) {
            sum += skb.truesize();
        }
        return sum;
    }

    @Override
    public String toString() {
        return "a queue of " + length + ", " + lock;
    }
}
