package org.vkernel.emulator.sched;

/**
 * Unwinds a task when its run ends. Thrown by every point of a halted machine.
 *
 * <p>Nobody is meant to catch it: a task that swallows it meets it again at its next point, and is
 * left behind if it goes on swallowing. Preallocated and stackless, since a run may unwind
 * thousands of tasks.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // stackless, so one serves all
public final class KernelHalt extends Error {
    private static final long serialVersionUID = 1L;
    static final KernelHalt INSTANCE = new KernelHalt();

    private KernelHalt() {
        super("the machine has halted", null, false, false);
    }
}
