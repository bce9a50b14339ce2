package org.vkernel.emulator.sched;

/**
 * Unwinds a task when its run ends. Thrown by every point of a halted machine.
 *
 * <p>Nobody is meant to catch it: a task that swallows it meets it again at its next point, and is
 * left behind if it goes on swallowing. Stackless, since a run may unwind thousands of tasks; but
 * each is another one, since a {@code try} with resources adds what {@code close()} throws to what
 * its body threw, and that cannot be the same.
 */
public final class KernelHalt extends Error {
    private static final long serialVersionUID = 1L;

    KernelHalt() {
        super("the machine has halted", null, false, false);
    }
}
