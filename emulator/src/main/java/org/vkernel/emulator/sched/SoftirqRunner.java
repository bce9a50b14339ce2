package org.vkernel.emulator.sched;

/** How the scheduler runs raised softirqs; {@code org.vkernel.emulator.irq} implements it. */
public interface SoftirqRunner {
    /**
     * Runs what is raised on the current CPU, at the exit of an interrupt or when bottom halves are
     * enabled again. Models {@code invoke_softirq()} and {@code do_softirq()}.
     *
     * @param irqExit whether a hardirq has just ended (then a running ksoftirqd keeps them)
     */
    void run(Task task, boolean irqExit);
}
