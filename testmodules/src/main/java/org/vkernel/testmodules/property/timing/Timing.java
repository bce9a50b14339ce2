package org.vkernel.testmodules.property.timing;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/** Kernel threads that arm and delete the same timers, schedule tasklets, and allocate. */
public final class Timing implements Workload<TimingAction, TimingSeen> {
    static final Timing WORKLOAD = new Timing();

    /** How many timers there are, and how many tasklets. */
    static final int OBJECTS = 2;

    private static final int MOST_THREADS = 3;
    private static final int MOST_STEPS = 6;
    private static final TimingAction.What[] WHATS = TimingAction.What.values();

    private Timing() {}

    /** The property that is checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new ContextsAreKept(WORKLOAD));
    }

    @Override
    public String name() {
        return "timing";
    }

    @Override
    public ImmutableList<TimingAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<TimingAction> plan = ImmutableList.builder();
        int threads = 1 + random.nextInt(MOST_THREADS);
        for (int i = 0; i < threads; i++) {
            int steps = 1 + random.nextInt(MOST_STEPS);
            for (int n = 0; n < steps; n++) {
                TimingAction.What what =
                        random.nextInt(3) == 0
                                ? TimingAction.What.ARM
                                : WHATS[random.nextInt(WHATS.length)];
                int amount =
                        switch (what) {
                            case ARM -> ticks(random);
                            case SLEEP -> random.nextInt(4);
                            default -> 1 + random.nextInt(5_000);
                        };
                plan.add(new TimingAction(i, what, random.nextInt(OBJECTS), amount));
            }
        }
        return plan.build();
    }

    /** Mostly soon; at times on the second and third level of the wheel; at times in the past. */
    private static int ticks(SplitMix random) {
        return switch (random.nextInt(8)) {
            case 0 -> 64 + random.nextInt(1_000);
            case 1 -> -random.nextInt(3);
            default -> random.nextInt(6);
        };
    }

    @Override
    public TimingSeen run(VirtualKernel kernel, Setting setting, List<TimingAction> plan) {
        TimingSeen seen = new TimingSeen(kernel);
        kernel.trace().addListener(seen);
        new TimingRun(kernel, seen, plan).run(setting.strain());
        return seen;
    }
}
