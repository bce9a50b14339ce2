package org.vkernel.emulator.workqueue;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.time.Timer;

/** A work that is queued when a timer fires. Models {@code struct delayed_work}. */
public final class DelayedWork extends Work {
    private final Timer timer;

    /** Where it goes when its time has come. Written by the holder of PENDING. */
    private volatile @Nullable Workqueue destination;

    /**
     * {@code INIT_DELAYED_WORK()}: makes a work that is not queued.
     *
     * @param name what it is called in traces and reports
     */
    public DelayedWork(Workqueues queues, String name, Function function) {
        super(queues, name, function);
        timer = new Timer(queues.timers, name, t -> timeIsUp(), true);
    }

    /** Models {@code __queue_delayed_work()}: the caller holds PENDING, with interrupts off. */
    void start(Workqueue queue, long ticks) {
        destination = queue;
        if (ticks == 0) {
            queue.enqueueHere(this);
        } else {
            timer.setExpires(queues.timers.clock().jiffies() + ticks);
            timer.add();
        }
    }

    /** Models {@code delayed_work_timer_fn()}. Context: softirq, interrupts off. */
    private void timeIsUp() {
        Workqueue queue = destination;
        if (queue != null) {
            queue.enqueueHere(this);
        }
    }

    @Override
    boolean stealTimer() {
        return timer.del() == 1;
    }

    @Override
    boolean isTimerPending() {
        return timer.peekPending();
    }

    /** {@code flush_delayed_work()}: queues it now if its timer runs, and waits for its end. */
    @Override
    public boolean flush() {
        Scheduler scheduler = sched;
        scheduler.mightSleep();
        boolean flags = scheduler.localIrqSave();
        if (timer.delSync() == 1) {
            timeIsUp();
        }
        scheduler.localIrqRestore(flags);
        return super.flush();
    }

    /**
     * {@code cancel_delayed_work()}: as {@link Work#cancel}; where each queue has threads of its
     * own, it only stops the timer, and a work that is on its list by now will run.
     */
    @Override
    public boolean cancel() {
        if (queues.hasPools()) {
            return super.cancel();
        }
        boolean waited = timer.delSync() == 1;
        if (waited) {
            noteCancelled();
            state.getAndAnd(~PENDING);
        }
        return waited;
    }
}
