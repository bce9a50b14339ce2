package org.vkernel.emulator.sched;

import java.util.List;

/**
 * What a task waits for, where it is known who can end the wait: so that reports name the cycle of
 * a deadlock.
 *
 * <p>Asked while nothing runs, so it must neither change anything nor be a point itself.
 */
@FunctionalInterface
public interface WaitTarget {
    /** The tasks that the wait is for, all of which must do something; empty if nobody knows. */
    List<Task> holders();

    /** Whether it is a lock, which those tasks hold. */
    default boolean isLock() {
        return false;
    }
}
