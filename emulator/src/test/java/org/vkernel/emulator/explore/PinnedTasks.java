package org.vkernel.emulator.explore;

import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.Supplier;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;

/**
 * A small program of tasks, of which only the tasks' own steps are explored.
 *
 * @param cpus how many CPUs the tasks share; CPU 0 is init's and comes on top
 * @param pinned whether each must run on the CPU that it begins on
 * @param make makes the tasks and what they share, in a new kernel
 */
record PinnedTasks(int cpus, boolean pinned, Function<Scheduler, Made> make) implements Program {
    /**
     * The tasks of one run.
     *
     * @param outcome what has come of them; asked for when all have ended
     */
    record Made(List<Runnable> tasks, Function<TreeSet<String>, String> outcome) {}

    /** What an exploration has found. */
    record Found(TreeSet<String> outcomes, long schedules, long cuts) {}

    static PinnedTasks of(int cpus, Function<Scheduler, Made> make) {
        return new PinnedTasks(cpus, true, make);
    }

    @Override
    public Outcome run(Strategy strategy, boolean recording) {
        VirtualKernel kernel =
                VirtualKernel.boot(
                        KernelConfig.simulated(1)
                                .checks(Check.NONE)
                                .cpus(cpus + 1)
                                .recording(recording)
                                .strategy(seed -> strategy));
        kernel.pauseExploration();
        String outcome;
        try {
            outcome = kernel.call(() -> explored(kernel));
        } catch (KernelFailedException ended) {
            outcome = ended.reports().isEmpty() ? "cut" : ended.reports().getFirst().rule();
        }
        int[] schedule = kernel.schedule();
        kernel.powerOff();
        kernel.shutdown();
        return new Outcome(outcome, false, kernel.trace().fingerprint(), schedule);
    }

    private String explored(VirtualKernel kernel) {
        Scheduler sched = kernel.sched();
        Made made = make.apply(sched);
        int[] left = {made.tasks().size()};
        int cpu = 0;
        for (Runnable body : made.tasks()) {
            String name = "t" + cpu;
            Runnable whole =
                    () -> {
                        body.run();
                        if (--left[0] == 0) {
                            kernel.pauseExploration();
                            var _ = sched.wakeUp(sched.init(), TaskState.NORMAL);
                        }
                    };
            sched.admit(
                    pinned
                            ? sched.newPinnedTask(name, sched.cpu(1 + cpu % cpus), whole)
                            : sched.newTask(
                                    sched.allocatePid(), name, null, Task.PF_KTHREAD, whole));
            cpu++;
        }
        kernel.resumeExploration();
        Task init = sched.init();
        while (left[0] > 0) {
            init.setState(TaskState.UNINTERRUPTIBLE);
            sched.schedule();
        }
        return made.outcome().apply(new TreeSet<>());
    }

    /** Runs every schedule. */
    Found exhaustively() {
        DepthFirstSearch search = new DepthFirstSearch(Integer.MAX_VALUE);
        TreeSet<String> outcomes = new TreeSet<>();
        long schedules = 0;
        do {
            outcomes.add(String.valueOf(run(search.strategy(), false).failure()));
            schedules++;
        } while (search.next());
        return new Found(outcomes, schedules, 0);
    }

    /** Runs one schedule of each kind. */
    Found reduced() {
        PartialOrderSearch search = new PartialOrderSearch();
        TreeSet<String> outcomes = new TreeSet<>();
        do {
            String outcome = String.valueOf(run(search.strategy(), false).failure());
            if (!search.wasCut()) {
                outcomes.add(outcome);
            }
        } while (search.next());
        return new Found(outcomes, search.schedules(), search.cuts());
    }

    /** Runs something on a virtual thread, where tasks take turns without waking a host thread. */
    static <T> T onVirtualThread(Supplier<T> body) throws Exception {
        var result = new FutureTask<T>(body::get);
        Thread.ofVirtual().start(result);
        return result.get();
    }
}
