package org.vkernel.emulator.sched;

/**
 * Told when a task goes to sleep and when it runs again: how pools of workers know that another may
 * run. Both are called by the task itself.
 */
public interface SleepHook {
    /** The task is about to sleep. Context: process; must not sleep. */
    void sleeping(Task task);

    /** The task runs again, whether it slept or not. Context: process; must not sleep. */
    void running(Task task);
}
