package org.vkernel.testmodules.property.sharing;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.testmodules.property.sharing.SharingAction.What;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/** A few threads that use one socket, each in its own way. */
public final class Sharing implements Workload<SharingAction, SharingSeen> {
    static final Sharing WORKLOAD = new Sharing();

    private static final int MOST_THREADS = 3;
    private static final int MOST_STEPS = 4;
    private static final int KINDS = 4;
    static final int NUMBERS = 4;
    private static final What[] WHATS = What.values();

    private Sharing() {}

    /** The property that is checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new OneNameForAll(WORKLOAD));
    }

    @Override
    public String name() {
        return "sharing";
    }

    @Override
    public boolean bearsShortage() {
        return false;
    }

    @Override
    public ImmutableList<SharingAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<SharingAction> plan = ImmutableList.builder();
        // A few kinds of calls in each plan, so that they meet.
        List<What> kinds = new ArrayList<>();
        if (random.nextInt(2) == 0) {
            kinds.add(What.DUMP); // takes several calls to come to its end
        }
        while (kinds.size() < KINDS) {
            kinds.add(WHATS[random.nextInt(WHATS.length)]);
        }
        int threads = 2 + random.nextInt(MOST_THREADS - 1);
        for (int thread = 0; thread < threads; thread++) {
            int steps = 1 + random.nextInt(MOST_STEPS);
            for (int step = 0; step < steps; step++) {
                What what = kinds.get(random.nextInt(KINDS));
                plan.add(new SharingAction(thread, what, random.nextInt(NUMBERS)));
            }
        }
        return plan.build();
    }

    @Override
    public SharingSeen run(VirtualKernel kernel, Setting setting, List<SharingAction> plan) {
        SharingSeen seen = new SharingSeen();
        new SharingRun(kernel, seen, plan).run();
        return seen;
    }
}
