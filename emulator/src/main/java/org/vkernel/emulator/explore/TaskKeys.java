package org.vkernel.emulator.explore;

import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.Task;

/** Names what an alternative would run, the same at each question of a run. */
final class TaskKeys {
    private TaskKeys() {}

    /** Tasks by their ids, which are all different; interrupts by the task they come upon. */
    static Integer of(Alternatives view, int alternative) {
        Task task = view.task(alternative);
        int id = task == null ? Integer.MAX_VALUE : task.firstPid() << 1;
        return view.isInterrupt(alternative) ? id | 1 : id;
    }
}
