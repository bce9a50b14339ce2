package org.vkernel.emulator.sched;

/**
 * Told of what orders or excludes pieces of kernel code: locks, contexts, hand-overs.
 *
 * <p>Called by the running task, with nothing between the call and what it tells of. What takes or
 * begins something is told when it has it; what gives something back, before it does.
 */
public interface ContextWatcher {
    /** Interrupts are off now on this CPU, and were on. */
    default void irqsOff(Task task) {}

    /** Interrupts are about to be on. */
    default void irqsOn(Task task) {}

    /** Bottom halves are disabled now on this CPU, and were enabled. */
    default void bottomHalvesOff(Task task) {}

    /** Bottom halves are about to be enabled. */
    default void bottomHalvesOn(Task task) {}

    /** {@code preempt_disable()} was called; preemption may have been off already. */
    default void preemptionOff(Task task) {}

    /** {@code preempt_enable()} was called; preemption is off yet, and may stay so. */
    default void preemptionOn(Task task) {}

    /** The data of the CPU that runs the task is used, under disabled preemption. */
    default void perCpuData(Task task) {}

    /**
     * An interrupt or a softirq begins on top of {@code task}; {@code preempt_count} says which.
     */
    default void interruptBegins(Task task) {}

    /** It is about to end. */
    default void interruptEnds(Task task) {}

    /** {@code running} starts or wakes {@code other}. */
    default void wakes(Task running, Task other) {}

    /** The task goes on after it was woken, or begins. */
    default void resumes(Task task) {}

    /** The host enters as {@code init}: it waited until all that ran had stopped. */
    default void hostEnters(Task init) {}

    /** An RCU read section begins, the outermost. */
    default void rcuReadBegins(Task task) {}

    /** An RCU read section is about to end, the outermost. */
    default void rcuReadEnds(Task task) {}

    /** A grace period is asked for. */
    default void gracePeriodBegins(Task task) {}

    /** The grace period has ended. */
    default void gracePeriodEnded(Task task) {}

    /** {@code task} holds {@code lock} now. */
    default void acquired(Task task, WatchedLock lock, int mode) {}

    /** {@code task} is about to give {@code lock} back. */
    default void released(Task task, WatchedLock lock, int mode) {}

    /** {@code task} is about to take {@code lock}, and waits for it if it must. */
    default void wants(Task task, WatchedLock lock, int mode) {}

    /** {@code task} goes back to user code, or ends. */
    default void leavesKernel(Task task) {}
}
