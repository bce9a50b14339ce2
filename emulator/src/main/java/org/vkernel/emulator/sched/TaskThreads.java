package org.vkernel.emulator.sched;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The host threads under the simulated machine's tasks: who holds the baton, and how a thread ends.
 *
 * <p>Handing over is a volatile write of {@link Task#baton} and an unpark. A task's thread is made
 * at its first turn.
 */
final class TaskThreads {
    /** So often may a task meet the end of its run before it counts as one that swallows it. */
    private static final int SWALLOW_LIMIT = 50;

    private final SimMachine machine;
    private final Scheduler sched;
    private final HangWatch.Waiter waiter;

    TaskThreads(SimMachine machine, Scheduler sched, int hangMillis) {
        this.machine = machine;
        this.sched = sched;
        this.waiter = new HangWatch.Waiter(machine, Duration.ofMillis(hangMillis).toNanos());
    }

    /** Hands the baton to {@code next}; the caller does no more than wait or end. */
    void pass(Task next) {
        next.baton = true;
        if (next.started) {
            next.unpark();
        } else {
            next.started = true;
            Thread thread = Thread.ofVirtual().unstarted(() -> main(next));
            next.thread = thread;
            thread.start();
        }
    }

    /** Waits for the baton. */
    void await(Task me) {
        boolean interrupted = false;
        while (!me.baton) {
            if (me == sched.init) {
                watch();
            } else {
                LockSupport.park(this);
            }
            if (Thread.interrupted()) {
                interrupted = true;
                machine.halting |= me == sched.init; // somebody wants the host's thread back
            }
        }
        me.baton = false;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (machine.halting) {
            throwHalt(me);
        }
    }

    /**
     * Parks the host's thread for the baton, for as long as the holder gets on.
     *
     * <p>No scheduler can take the baton from a task that never comes to a point. Nobody but the
     * host can see that: its thread gives that task up, and ends the run.
     */
    private void watch() {
        Task holder = waiter.park();
        Task init = sched.init;
        if (holder == null || init.baton) {
            return;
        }
        machine.halting = true;
        holder.finished = true;
        machine.current = init;
        try {
            Thread thread = holder.thread;
            sched.events.hung(
                    holder.toString(),
                    thread == null ? new StackTraceElement[0] : thread.getStackTrace());
        } catch (KernelHalt halt) {
            // So it does.
        }
        init.baton = true; // what nobody hands over is taken
    }

    private void main(Task task) {
        try {
            await(task);
            task.body.run();
        } catch (KernelHalt | TaskExit end) {
            // Both are ends as they should be.
        } catch (Throwable thrown) {
            report(task, thrown);
        }
        machine.finish(task);
    }

    private void report(Task task, Throwable thrown) {
        try {
            sched.events.oops(task, thrown, false);
        } catch (KernelHalt halt) {
            // Said all there is; finish() hands the baton to the one that ends the run.
        }
    }

    /** Unwinds a task of a halted machine; one that goes on swallowing that never runs again. */
    void throwHalt(Task task) {
        task.setDying();
        if (task != sched.init && ++task.swallowed > SWALLOW_LIMIT) {
            sched.events.leftBehind(task);
            task.finished = true;
            machine.current = sched.init;
            pass(sched.init);
            for (; ; ) {
                LockSupport.park(this);
            }
        }
        throw new KernelHalt();
    }

    /** Lets a task of a halted machine unwind, and waits for that. Called by the host's thread. */
    void unwind(Task task) {
        Task init = sched.init;
        if (!task.started || task.finished || task == init) {
            return;
        }
        machine.current = task;
        pass(task);
        boolean interrupted = false;
        while (!init.baton) {
            watch();
            interrupted |= Thread.interrupted(); // else the next park would not wait
        }
        init.baton = false;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
