package org.vkernel.emulator.sched;

import java.util.List;

/** Tells who waits for what, for a report on a deadlock. */
final class Waits {
    private Waits() {}

    /** A line for each task that does not run. */
    static String describe(List<Task> tasks, Cpu[] cpus, Task init) {
        StringBuilder text = new StringBuilder();
        for (Task task : tasks) {
            describe(text, task);
        }
        for (Cpu cpu : cpus) {
            describe(text, cpu.idle); // an interrupt may spin on it
        }
        describe(text, init);
        return text.toString();
    }

    private static void describe(StringBuilder text, Task task) {
        SpinCondition condition = task.spinningFor;
        if (task.state() == TaskState.RUNNING && condition == null) {
            return;
        }
        Object waitsOn = condition != null ? condition.describeWait() : task.waitsOn;
        text.append(task)
                .append(" (")
                .append(TaskState.letter(task.state()))
                .append(") ")
                .append(condition != null ? "spins for " : "waits for ")
                .append(waitsOn == null ? "a wake-up" : waitsOn)
                .append('\n');
    }
}
