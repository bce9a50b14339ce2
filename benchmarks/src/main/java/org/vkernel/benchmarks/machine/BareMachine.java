package org.vkernel.benchmarks.machine;

import org.vkernel.emulator.Limits;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;

/** A simulated machine with nothing on it but the tasks of a benchmark. */
final class BareMachine {
    private final Scheduler sched;
    private int live;

    BareMachine(int cpus, Strategy strategy) {
        sched =
                new Scheduler(
                        new Scheduler.Setup(
                                cpus,
                                true,
                                Scheduler.NO_LOCKUP_LIMIT,
                                Long.MAX_VALUE / 2,
                                strategy,
                                false,
                                false,
                                Limits.HANG_MILLIS,
                                0,
                                0),
                        new NoEvents());
        sched.hostEnter(sched.boot());
    }

    Scheduler sched() {
        return sched;
    }

    /** Makes a kernel thread; it runs when init waits. */
    void start(String name, Runnable body) {
        live++;
        sched.admit(
                sched.newTask(
                        sched.allocatePid(),
                        name,
                        null,
                        Task.PF_KTHREAD,
                        () -> {
                            body.run();
                            if (--live == 0) {
                                var _ = sched.wakeUp(sched.init(), TaskState.NORMAL);
                            }
                        }));
    }

    /** Lets the tasks run to their ends, and ends the machine. */
    void finish() {
        Task init = sched.init();
        while (live > 0) {
            init.setState(TaskState.UNINTERRUPTIBLE);
            sched.schedule();
        }
        sched.hostLeave(init);
        sched.unwind();
    }
}
