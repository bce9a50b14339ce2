package org.vkernel.emulator.workqueue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SpinCondition;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedRef;

/**
 * Something to be done by a worker. Models {@code struct work_struct}.
 *
 * <p>It is queued once at a time; when it starts to run it may be queued again, also by its own
 * function, which may as well hand its memory to somebody else.
 */
public sealed class Work permits DelayedWork {
    /** {@code WORK_STRUCT_PENDING}: somebody has queued it, or is about to, and it has not run. */
    static final int PENDING = 1;

    /** {@code WORK_OFFQ_CANCELING}: somebody waits for its end, and keeps it from being queued. */
    static final int CANCELING = 2;

    /** What a work does. */
    @FunctionalInterface
    public interface Function {
        /** Context: process, of a worker; may sleep. */
        void run(Work work);
    }

    final Workqueues queues;
    final Scheduler sched;
    private final String name;
    private final Function function;
    final AtomicInt state;

    /** Its number in traces. */
    final long number;

    /** Where it was queued last. */
    final SharedRef<WorkPlace> place;

    // Under the place's lock, while it is queued.
    @Nullable Work next;
    @Nullable Work prev;

    /** The list it waits in; null if it is not queued. */
    volatile @Nullable WorkList list;

    /** What counts it, on a concurrent queue. */
    @Nullable PoolWorkqueue share;

    /** What counts it for flushes. */
    @Nullable FlushGroup group;

    /** Whether it waits for others of its queue to end. */
    boolean inactive;

    private @Nullable List<Completion> flushers;

    /**
     * {@code INIT_WORK()}: makes a work that is not queued.
     *
     * @param name what it is called in traces and reports
     */
    public Work(Workqueues queues, String name, Function function) {
        this.queues = queues;
        this.sched = queues.sched;
        this.name = name;
        this.function = function;
        this.state = new AtomicInt(sched, 0);
        this.number = sched.nextObject();
        this.place = new SharedRef<>(sched, null);
    }

    /** What it is called in traces and reports. */
    public final String name() {
        return name;
    }

    final Function function() {
        return function;
    }

    /** {@code work_pending()}: whether it is to be run. Context: any. */
    public final boolean isPending() {
        return (state.get() & PENDING) != 0;
    }

    /** Sets PENDING; whether it was clear before. */
    final boolean claim() {
        return (state.getAndOr(PENDING) & PENDING) == 0;
    }

    // ---- Flushing ----------------------------------------------------------------------------

    final void addFlusher(Completion done) {
        List<Completion> list = flushers;
        if (list == null) {
            list = new ArrayList<>(1);
            flushers = list;
        }
        list.add(done);
    }

    final List<Completion> takeFlushers() {
        List<Completion> taken = flushers;
        flushers = null;
        return taken == null ? new ArrayList<>(0) : taken;
    }

    /**
     * Waits until the instance has ended that was queued last, or runs.
     *
     * <p>Models {@code flush_work()}. Context: process; sleeps. It waits for ever if called from
     * the work itself, or from one before it on an ordered queue.
     *
     * @return whether there was anything to wait for
     */
    public boolean flush() {
        sched.mightSleep();
        return await(false);
    }

    private boolean await(boolean runningOnly) {
        WorkPlace last = place.rcuDereference();
        if (last == null) {
            return false;
        }
        boolean waited = false;
        for (WorkPlace one : last.neighbours()) {
            Completion done = one.joinFlush(this, runningOnly);
            if (done != null) {
                done.await();
                waited = true;
            }
        }
        return waited;
    }

    // ---- Cancelling --------------------------------------------------------------------------

    /** Takes it off its timer, where it has one; whether it waited there. */
    boolean stealTimer() {
        return false;
    }

    boolean isTimerPending() {
        return false;
    }

    /**
     * Makes PENDING the caller's own: off the timer, off the list, or as it was. Models {@code
     * try_to_grab_pending()}, with {@code extra} set in the same go.
     *
     * @return 1 if it was pending, 0 if not, -1 if somebody else cancels it
     */
    final int grab(int extra) {
        for (; ; ) {
            boolean flags = sched.localIrqSave();
            int result = tryGrab();
            if (result >= 0) {
                state.getAndOr(extra);
            }
            sched.localIrqRestore(flags);
            if (result >= 0) {
                return result;
            }
            if ((state.get() & CANCELING) != 0) {
                return -1;
            }
            sched.spin(new InTransit());
        }
    }

    private int tryGrab() {
        if (stealTimer()) {
            return 1;
        }
        if (claim()) {
            return 0;
        }
        WorkPlace last = place.rcuDereference();
        if (last == null) {
            return -1;
        }
        int result = -1;
        last.lock.lock();
        if (place.peek() == last && last.isQueuedLocked(this)) {
            last.removeLocked(this);
            for (Completion flusher : takeFlushers()) {
                flusher.complete();
            }
            result = 1;
        }
        last.lock.unlock();
        return result;
    }

    /** Between PENDING and the list: another CPU is queueing it. */
    private final class InTransit implements SpinCondition {
        @Override
        public boolean isReady(Task task) {
            return list != null || state.peek() != PENDING || isTimerPending();
        }

        @Override
        public String describeWait() {
            return Work.this + " to be queued by another CPU";
        }
    }

    /**
     * {@code cancel_work()}: takes it off its queue, does not wait for it where it runs. Context:
     * any. Sleeps: never.
     *
     * @return whether it was pending
     */
    public boolean cancel() {
        int result = grab(0);
        if (result < 0) {
            return false;
        }
        noteCancelled();
        state.getAndAnd(~PENDING);
        return result > 0;
    }

    /**
     * Takes it off its queue, and waits until it does not run.
     *
     * <p>Models {@code cancel_work_sync()}. Context: process; sleeps. While it waits the work
     * cannot be queued, not even by itself; afterwards it can.
     *
     * @return whether it was pending
     */
    public boolean cancelSync() {
        sched.mightSleep();
        int result;
        while ((result = grab(CANCELING)) < 0) {
            queues.cancelled.waitEvent(() -> (state.get() & CANCELING) == 0);
        }
        var _ = await(true);
        noteCancelled();
        state.set(0);
        if (queues.cancelled.isActive()) {
            queues.cancelled.wakeUpAll();
        }
        return result > 0;
    }

    /** It is off its list. The caller holds PENDING. */
    final void noteCancelled() {
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.disarmed(this);
        }
    }

    @Override
    public final String toString() {
        return "work " + name;
    }
}
