package org.vkernel.testmodules.property.death;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.testmodules.property.death.DeathAction.Kill;
import org.vkernel.testmodules.property.death.DeathAction.Step;
import org.vkernel.testmodules.property.death.DeathAction.What;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/** A few processes with sockets, most of which are killed in the middle of something. */
public final class Deaths implements Workload<DeathAction, DeathsSeen> {
    static final Deaths WORKLOAD = new Deaths();

    private static final int MOST_PROCESSES = 3;
    private static final What[] WHATS = What.values();

    private Deaths() {}

    /** The property that is checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new NothingIsLeftOfTheDead(WORKLOAD));
    }

    @Override
    public String name() {
        return "deaths";
    }

    @Override
    public ImmutableList<DeathAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<DeathAction> plan = ImmutableList.builder();
        int processes = 1 + random.nextInt(MOST_PROCESSES);
        for (int i = 0; i < processes; i++) {
            plan.add(new Step(i, What.OPEN, 0));
            int steps = 1 + random.nextInt(5);
            for (int n = 0; n < steps; n++) {
                plan.add(
                        new Step(
                                i, WHATS[random.nextInt(WHATS.length)], random.nextInt(processes)));
            }
            if (random.nextInt(3) != 0) {
                plan.add(new Kill(i, random.nextInt(4)));
            }
        }
        return plan.build();
    }

    @Override
    public DeathsSeen run(VirtualKernel kernel, Setting setting, List<DeathAction> plan) {
        DeathsSeen seen = new DeathsSeen();
        new DeathsRun(kernel, seen, plan).run(setting.strain());
        return seen;
    }
}
