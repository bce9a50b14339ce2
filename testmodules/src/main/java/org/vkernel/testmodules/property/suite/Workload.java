package org.vkernel.testmodules.property.suite;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;

/**
 * Something that a kernel is given to do, drawn from a seed, and what is seen of it.
 *
 * @param <A> an action of a plan: plain data, that prints itself
 * @param <O> what is seen of a run, for the properties to look at
 */
public interface Workload<A, O> {
    /** A short name, for tokens. */
    String name();

    /** Whether it makes sense on a kernel like this. */
    default boolean suits(Setting setting) {
        return true;
    }

    /**
     * Whether it makes do where allocations fail that nothing in its plan makes fail; else it is
     * tried where there is enough memory.
     */
    default boolean bearsShortage() {
        return true;
    }

    /**
     * Draws what is to be done. Any part of the result must be a plan as well: it is made smaller
     * by leaving actions out.
     */
    ImmutableList<A> plan(Setting setting, SplitMix random);

    /**
     * Does it, on a kernel that has just been booted, and lets all that it began come to its end;
     * shutting the kernel down is the caller's.
     *
     * <p>What it does must depend on the plan and the kernel alone.
     */
    O run(VirtualKernel kernel, Setting setting, List<A> plan);
}
