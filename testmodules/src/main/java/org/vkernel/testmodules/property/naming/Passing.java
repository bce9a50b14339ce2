package org.vkernel.testmodules.property.naming;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.testmodules.property.naming.NamingAction.Look;
import org.vkernel.testmodules.property.naming.NamingAction.Own;
import org.vkernel.testmodules.property.naming.NamingAction.Owning;
import org.vkernel.testmodules.property.naming.NamingAction.Visit;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/** A protocol that comes, grows and goes, while others look at it or open sockets of it. */
final class Passing implements Workload<NamingAction, NamingSeen> {
    static final Passing WORKLOAD = new Passing();

    static final int PROTOCOL = 18;

    private static final Owning[] OWNING = {
        Owning.CREATE,
        Owning.CREATE,
        Owning.GROW,
        Owning.GROW,
        Owning.GROW,
        Owning.RELEASE,
        Owning.RELEASE
    };
    private static final int MOST_LOOKERS = 3;
    private static final int MOST_LOOKS = 24;
    private static final int MOST_GROUPS = 1000;
    private static final int GROUPS = 70;

    private Passing() {}

    @Override
    public boolean bearsShortage() {
        return false;
    }

    @Override
    public String name() {
        return "passing";
    }

    @Override
    public ImmutableList<NamingAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<NamingAction> plan = ImmutableList.builder();
        plan.add(new Own(Owning.CREATE, 1 + random.nextInt(GROUPS)));
        for (int more = 5 + random.nextInt(15); more > 0; more--) {
            plan.add(
                    new Own(
                            OWNING[random.nextInt(OWNING.length)],
                            1 + random.nextInt(MOST_GROUPS)));
        }
        for (int lookers = 1 + random.nextInt(MOST_LOOKERS); lookers > 0; lookers--) {
            plan.add(new Look(1 + random.nextInt(MOST_LOOKS), 1 + random.nextInt(GROUPS)));
        }
        if (random.nextInt(3) == 0) {
            plan.add(new Visit(1 + random.nextInt(3)));
        }
        return plan.build();
    }

    @Override
    public NamingSeen run(VirtualKernel kernel, Setting setting, List<NamingAction> plan) {
        NamingSeen seen = new NamingSeen();
        PassingProtocol protocol = new PassingProtocol(kernel, seen);
        List<Own> owning = new ArrayList<>();
        List<UserProcess> processes = new ArrayList<>();
        for (NamingAction action : plan) {
            switch (action) {
                case Own own -> owning.add(own);
                case Look look ->
                        processes.add(
                                kernel.spawn(
                                        "looker", self -> kernel.run(() -> protocol.look(look))));
                case Visit visit ->
                        processes.add(kernel.spawn("visitor", self -> protocol.visit(self, visit)));
                case NamingAction.Step step -> {}
            }
        }
        processes.add(kernel.spawn("owner", self -> kernel.run(() -> protocol.own(owning))));
        processes.forEach(kernel::join);
        kernel.run(() -> {
            protocol.end();
            kernel.rcu().barrier();
        });
        return seen;
    }
}
