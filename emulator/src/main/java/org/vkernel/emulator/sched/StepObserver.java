package org.vkernel.emulator.sched;

/**
 * Told of each step of the simulated machine: which CPU goes on, and what it touches. A strategy
 * that is one is told of the run that it answers.
 *
 * <p>A <i>step</i> is what a CPU does from one point to the next: the access that was announced at
 * the point, and what comes after it without a point, such as that the task goes to sleep. What is
 * touched besides the announced access is told by {@link #touched}.
 */
public interface StepObserver extends PointObserver {
    /** Who has a CPU and who waits for one, as far as it matters to unpinned tasks. */
    long RUN_QUEUES = -1;

    /** The readers of RCU and its grace periods. */
    long RCU = -2;

    /** The next process id. */
    long PROCESS_IDS = -3;

    /** The kernel's random numbers. */
    long RANDOM = -4;

    /** What others leave to a CPU: tasks to run, interrupts to take, signals. */
    static long cpu(int index) {
        return -16L - index;
    }

    /**
     * The next step is one of {@code cpu}: another goes on than the one that came to a point, be it
     * another CPU, another task, or an interrupt. Told before a task is picked for it.
     */
    void begins(int cpu);

    /** {@code task} holds {@code lock} now, for which it had to spin after it announced it. */
    void acquired(Task task, long lock);

    /** The running step touches what no point has announced. */
    void touched(long object, boolean isWrite);

    /** Virtual time has passed: timers may be due. */
    void timePassed();
}
