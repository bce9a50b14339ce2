package org.vkernel.benchmarks.compare;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A workload whose cost may grow with something.
 *
 * @param name what is done
 * @param unit what there is more and more of
 * @param sizes how many, from few to many
 * @param on makes it ready beside so many, on the parallel machine
 */
record Growth(String name, String unit, List<Integer> sizes, Beside on) {
    private static final List<Integer> TO_MANY = ImmutableList.of(1, 16, 256, 4096, 16_384);
    private static final List<Integer> TO_VERY_MANY =
            ImmutableList.of(10, 100, 1000, 10_000, 100_000);

    /** Makes a contender. */
    @FunctionalInterface
    interface Beside {
        Contender prepare(int size);
    }

    /** All that are drawn. */
    static final ImmutableList<Growth> ALL =
            ImmutableList.of(
                    new Growth("unicast", "sockets", TO_MANY, ScalingLoops::besideSockets),
                    new Growth(
                            "multicast to 1",
                            "members of other groups",
                            TO_MANY,
                            ScalingLoops::besideMembers),
                    new Growth(
                            "multicast (a delivery)", "members", TO_MANY, ScalingLoops::toMembers),
                    new Growth(
                            "message to a callback",
                            "callbacks",
                            TO_VERY_MANY,
                            ScalingLoops::besideCallbacks),
                    new Growth(
                            "callback on and off",
                            "callbacks",
                            TO_VERY_MANY,
                            size -> new Callbacks(size).onParallel()),
                    new Growth(
                            "timer moved",
                            "timers",
                            TO_VERY_MANY,
                            size -> new PendingTimers(size).onParallel()),
                    new Growth(
                            "unicast",
                            "CPUs",
                            ImmutableList.of(1, 2, 4, 8, 16, 32, 64),
                            ScalingLoops::onCpus),
                    new Growth(
                            "unicast",
                            "queued messages",
                            ImmutableList.of(1, 4, 16, 64, 200),
                            ScalingLoops::behindQueued));
}
