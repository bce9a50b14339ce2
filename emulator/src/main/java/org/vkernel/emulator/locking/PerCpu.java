package org.vkernel.emulator.locking;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.vkernel.emulator.sched.ContextWatcher;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/** Models per-CPU data ({@code DEFINE_PER_CPU}): one object for each CPU. */
public final class PerCpu<T> {
    private final Scheduler sched;
    private final List<T> values;

    /** Makes each CPU's object by {@code make}, which gets the CPU's number. */
    public PerCpu(Scheduler sched, IntFunction<T> make) {
        this.sched = sched;
        this.values = new ArrayList<>(sched.cpuCount());
        for (int i = 0; i < sched.cpuCount(); i++) {
            values.add(make.apply(i));
        }
    }

    /**
     * {@code this_cpu_ptr()}: this CPU's own. The caller has preemption disabled; else it is
     * reported.
     */
    public T here() {
        return here(sched.current());
    }

    /** As {@link #here()}, for a caller that knows the running task. */
    public T here(Task task) {
        ContextWatcher watcher = sched.watcher();
        if (watcher != null) {
            checkStays(task);
            watcher.perCpuData(task);
        }
        return values.get(task.cpu().index());
    }

    /** Models {@code check_preemption_disabled()}: another CPU's data may be used by mistake. */
    private void checkStays(Task task) {
        if (task.preemptCount() == 0 && !task.irqsDisabled() && !task.isPinned()) {
            sched.reportBroken(
                    "using smp_processor_id() in preemptible code",
                    task + " uses the data of CPU " + task.cpu().index() + ", and may leave it");
        }
    }

    /** {@code per_cpu_ptr()}. */
    public T of(int cpu) {
        return values.get(cpu);
    }
}
