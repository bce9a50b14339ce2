package org.vkernel.testmodules.property.queueing;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.testmodules.property.queueing.QueueAction.What;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/** Two receivers with small budgets, and one process that fills and reads them. */
public final class Queues implements Workload<QueueAction, Queues.Seen> {
    static final Queues WORKLOAD = new Queues();

    static final int RECEIVERS = 2;

    private static final What[] OTHERS = {
        What.BUDGET,
        What.SET_ERROR,
        What.NO_ENOBUFS,
        What.NO_ENOBUFS,
        What.BROADCAST_ERROR,
        What.TAKE_ERROR
    };
    private static final What[] MOVES = {
        What.KERNEL_SENDS,
        What.MULTICAST,
        What.SHORT_MULTICAST,
        What.USER_SENDS,
        What.READ,
        What.DRAIN,
        What.PEEK
    };
    private static final int MOST_MESSAGES = 5;

    private Queues() {}

    /** What a run showed: what was otherwise than the model has it. */
    static final class Seen {
        final List<String> kinds = new ArrayList<>();
        final List<String> details = new ArrayList<>();
    }

    /** The property that is checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new QueuesFollowTheModel(WORKLOAD));
    }

    @Override
    public boolean bearsShortage() {
        return false;
    }

    @Override
    public String name() {
        return "queues";
    }

    @Override
    public ImmutableList<QueueAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<QueueAction> plan = ImmutableList.builder();
        for (int i = 0; i < RECEIVERS; i++) {
            plan.add(new QueueAction(What.BUDGET, i, random.nextInt(MOST_MESSAGES)));
        }
        for (int steps = 4 + random.nextInt(16); steps > 0; steps--) {
            // To fill and to read is what there is most to do.
            What what =
                    random.nextInt(3) != 0
                            ? MOVES[random.nextInt(MOVES.length)]
                            : OTHERS[random.nextInt(OTHERS.length)];
            plan.add(
                    new QueueAction(
                            what, random.nextInt(RECEIVERS), 1 + random.nextInt(MOST_MESSAGES)));
        }
        return plan.build();
    }

    @Override
    public Seen run(VirtualKernel kernel, Setting setting, List<QueueAction> plan) {
        Seen seen = new Seen();
        new QueuesRun(kernel, seen).run(plan);
        return seen;
    }
}
