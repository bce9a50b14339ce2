package org.vkernel.emulator.sched;

import com.google.common.collect.ImmutableList;

/** What a machine tells the kernel that it carries; {@code VirtualKernel} implements it. */
public interface MachineEvents {
    /** A task got a CPU that another had. */
    void switched(Cpu cpu, Task from, Task to);

    /** A choice of two or more was answered by other than "go on". */
    void chosen(ChoiceKind kind, int count, int answer, long step);

    /** An interrupt begins on {@code cpu}. */
    void interrupted(Cpu cpu, int lines);

    /**
     * Nothing can run and no timer is pending: everybody waits for somebody.
     *
     * @param waits the cycles, and a line for each task that waits: who, where, for what
     * @param culprits whose call traces say most
     */
    void deadlock(String waits, ImmutableList<Task> culprits);

    /**
     * {@code task} has been stuck for too long, though others get on.
     *
     * @param others those that it waits for
     */
    void stuck(String rule, String what, Task task, ImmutableList<Task> others);

    /** A task passed so many points in the kernel without sleeping that its CPU counts as stuck. */
    void softLockup(Task task);

    /** Code of the kernel or a module broke a rule that only the scheduler sees. */
    void broken(String rule, String what);

    /**
     * As {@link #broken}, by what made the running task's context one where it is forbidden: the
     * locks that it holds and the like.
     */
    default void brokenInContext(String rule, String what) {
        broken(rule, what);
    }

    /** An exception left the body of a task or, with {@code inInterrupt}, an interrupt handler. */
    void oops(Task task, Throwable thrown, boolean inInterrupt);

    /**
     * A task has held up the host for too long in code that passes no point. It is left behind, and
     * the run ends.
     *
     * @param who its name and id
     * @param stack where its thread is, as far as that is known
     */
    void hung(String who, StackTraceElement[] stack);

    /** A task swallowed the end of the run and had to be left behind. */
    void leftBehind(Task task);
}
