package org.vkernel.emulator.sched;

/**
 * Unwinds a task's own code when it dies: it called exit, or a fatal signal met it at the syscall
 * boundary. What it holds is released by the exit path below it on the stack.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // stackless, so one serves all
public final class TaskExit extends Error {
    private static final long serialVersionUID = 1L;

    /** The one instance: it carries nothing, the exit code stands in the process. */
    public static final TaskExit INSTANCE = new TaskExit();

    private TaskExit() {
        super("the task exits", null, false, false);
    }
}
