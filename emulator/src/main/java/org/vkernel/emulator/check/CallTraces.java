package org.vkernel.emulator.check;

/** Which call traces the checkers keep for their reports; what they find is the same with each. */
public enum CallTraces {
    /**
     * None but those of what a module's code allocates: for an exploration, which runs a failing
     * schedule once more to show it.
     */
    NONE,

    /**
     * Where each object was allocated, and freed or dropped last; on the parallel machine not of
     * sk_buffs, and of counts of references nothing.
     */
    OBJECTS,

    /**
     * Those, and of each access and lock, so that a report has all places, also in the kernel's own
     * code; on the parallel machine those of sk_buffs and counts. Costs most of a run's speed.
     */
    ALL
}
