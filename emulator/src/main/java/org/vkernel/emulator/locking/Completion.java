package org.vkernel.emulator.locking;

import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.sched.WaitTarget;
import org.vkernel.emulator.shared.SharedInt;

/** Models {@code struct completion} (kernel/sched/completion.c): waits until something is done. */
public final class Completion {
    private static final int ALL = Integer.MAX_VALUE / 2;

    /** How many may pass; changed under the queue's lock. */
    private final SharedInt done;

    private final WaitQueue queue;

    /** Makes one that nobody has completed. */
    public Completion(Scheduler sched, String name) {
        done = new SharedInt(sched, 0);
        queue = new WaitQueue(sched, name, "completion");
    }

    /** Its waiters. */
    public WaitQueue waitQueue() {
        return queue;
    }

    /** Says for whom its waiters wait, for reports on deadlocks. */
    public void setTarget(WaitTarget target) {
        queue.setTarget(target);
    }

    /** {@code complete()}: lets one waiter pass, the one that came first. Context: any. */
    public void complete() {
        queue.wakeUpLocked(
                () -> {
                    int seen = done.get();
                    if (seen != ALL) {
                        done.set(seen + 1);
                    }
                },
                1);
    }

    /** {@code complete_all()}: lets all pass, for ever. Context: any. */
    public void completeAll() {
        queue.wakeUpLocked(() -> done.set(ALL), Integer.MAX_VALUE);
    }

    /** {@code wait_for_completion()}. Context: process; sleeps. */
    public void await() {
        int result = queue.waitExclusiveLocked(this::take, TaskState.UNINTERRUPTIBLE);
        assert result == 0 : result;
    }

    /** {@code wait_for_completion_interruptible()}: 0 or {@code -ERESTARTSYS}. */
    public int awaitInterruptible() {
        return queue.waitExclusiveLocked(this::take, TaskState.INTERRUPTIBLE);
    }

    /** {@code completion_done()}. */
    public boolean isDone() {
        return done.get() != 0;
    }

    private boolean take() {
        int seen = done.get();
        if (seen == 0) {
            return false;
        }
        if (seen != ALL) {
            done.set(seen - 1);
        }
        return true;
    }
}
