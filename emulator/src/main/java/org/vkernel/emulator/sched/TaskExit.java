package org.vkernel.emulator.sched;

/**
 * Unwinds a task's own code when it dies: it called exit, or a fatal signal met it at the syscall
 * boundary. What it holds is released by the exit path below it on the stack.
 *
 * <p>Stackless; it carries nothing, the exit code stands in the process.
 */
public final class TaskExit extends Error {
    private static final long serialVersionUID = 1L;

    /** Makes one. Each is another, as each {@link KernelHalt} is. */
    public TaskExit() {
        super("the task exits", null, false, false);
    }
}
