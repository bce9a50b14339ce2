package org.vkernel.emulator.sched;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Strategy} may know of the question it is asked.
 *
 * <p>Alternatives are numbered from 0, in the order of the answers. Valid only during the call.
 */
public interface Alternatives {
    /**
     * The task that would run, or on whose stack an interrupt would run; null for faults and time.
     */
    @Nullable Task task(int alternative);

    /** What its task is about to do, one of {@link Access}. */
    int access(int alternative);

    /** The number of what its task is about to touch; 0 for none. */
    long object(int alternative);

    /** Whether the alternative delivers a pending interrupt. */
    boolean isInterrupt(int alternative);

    /**
     * How often, of a hundred times, the answer to a {@link ChoiceKind#FAULT} is to be 1: a
     * strategy that draws its answers draws this one so. 0 for all other questions.
     */
    int percent();
}
