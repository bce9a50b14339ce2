package org.vkernel.emulator.check.locks;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Task;

/** What a task holds, and what makes its context atomic. */
final class TaskContext {
    final List<HeldLock> locks = new ArrayList<>(4);

    // Where the last of each began, if call traces are kept.
    @Nullable Throwable preemptionOff;
    @Nullable Throwable bottomHalvesOff;
    @Nullable Throwable irqsOff;
    @Nullable Throwable readSection;

    static TaskContext of(Task task) {
        if (task.contextRecord() instanceof TaskContext known) {
            return known;
        }
        TaskContext made = new TaskContext();
        task.setContextRecord(made);
        return made;
    }
}
