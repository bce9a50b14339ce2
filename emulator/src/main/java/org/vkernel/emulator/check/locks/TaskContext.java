package org.vkernel.emulator.check.locks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.WatchedLock;

/** What a task holds, and what makes its context atomic. */
final class TaskContext {
    final List<HeldLock> locks = new ArrayList<>(4);

    /**
     * What it is about to take, or the softirq, or the hardirq on top of it; what it gets without
     * is got by a trylock.
     */
    final @Nullable WatchedLock[] wanted = new WatchedLock[3];

    /** How deep in RCU read sections it was where a softirq, and a hardirq, began on top of it. */
    final int[] rcuBelow = new int[3];

    /** Whether it was said that it left a read section open. */
    boolean sectionReported;

    /** Where preemption was disabled that is not enabled again, the last first: these nest. */
    final Deque<Throwable> preemptionOff = new ArrayDeque<>(2);

    // Where the last of each began, if call traces are kept.
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
