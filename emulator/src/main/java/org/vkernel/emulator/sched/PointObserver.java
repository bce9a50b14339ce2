package org.vkernel.emulator.sched;

/** Told of each point of the simulated machine. */
@FunctionalInterface
public interface PointObserver {
    /**
     * {@code task} has come through a point, and does {@code access} now: nothing runs in between.
     *
     * @param access one of {@link Access}
     * @param place the number of what is touched, 0 for nothing
     */
    void passed(Task task, int access, long place);
}
