package org.vkernel.testmodules.property.traffic;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;
import org.vkernel.testmodules.property.traffic.TrafficAction.Faults;
import org.vkernel.testmodules.property.traffic.TrafficAction.How;
import org.vkernel.testmodules.property.traffic.TrafficAction.Kind;
import org.vkernel.testmodules.property.traffic.TrafficAction.Receive;
import org.vkernel.testmodules.property.traffic.TrafficAction.Send;
import org.vkernel.testmodules.property.traffic.TrafficAction.Step;

/**
 * A few senders and a few receivers with little room. Senders are processes, kernel threads, timers
 * and tasklets; messages go to ports and to groups. When all is sent, each receiver drains its
 * socket, sends a last message to itself, and reads its drop counter.
 */
public final class Traffic implements Workload<TrafficAction, TrafficSeen> {
    static final Traffic WORKLOAD = new Traffic();

    private static final int MOST_RECEIVERS = 3;
    private static final int MOST_SENDERS = 3;

    /** Group 1 is that of process events. */
    private static final int FIRST_GROUP = 2;

    private static final Kind[] KINDS = Kind.values();

    /** The first of them are processes. */
    private static final int PROCESS_KINDS = 3;

    private static final How[] HOWS = How.values();

    private Traffic() {}

    /** The properties that are checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(
                new SenderOrder(WORKLOAD),
                new GroupOrder(WORKLOAD),
                new Accounting(WORKLOAD),
                new OverrunIsTold(WORKLOAD),
                new RefusalIsJustified(WORKLOAD),
                new GapsAreOverruns(WORKLOAD));
    }

    @Override
    public String name() {
        return "traffic";
    }

    // ---- The plan ---------------------------------------------------------------------------

    @Override
    public ImmutableList<TrafficAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<TrafficAction> plan = ImmutableList.builder();
        boolean isConnector = random.nextInt(3) != 0;
        int receivers = 1 + random.nextInt(MOST_RECEIVERS);
        for (int i = 0; i < receivers; i++) {
            plan.add(receiver(random, i, isConnector));
        }
        if (random.nextInt(5) == 0) {
            plan.add(new Faults("failslab:probability=" + (5 + random.nextInt(30))));
        }
        int senders = 1 + random.nextInt(MOST_SENDERS);
        for (int i = 0; i < senders; i++) {
            Kind kind = KINDS[random.nextInt(isConnector ? KINDS.length : PROCESS_KINDS)];
            int messages = 1 + random.nextInt(5);
            for (int n = 0; n < messages; n++) {
                plan.add(send(random, i, kind, receivers));
            }
        }
        int steps = random.nextInt(6);
        for (int i = 0; i < steps; i++) {
            plan.add(new Step(random.nextInt(receivers), HOWS[random.nextInt(HOWS.length)]));
        }
        return plan.build();
    }

    private static Receive receiver(SplitMix random, int number, boolean isConnector) {
        int rcvbuf =
                switch (random.nextInt(6)) {
                    case 0 -> -1;
                    case 1 -> 2_000;
                    default -> 0;
                };
        int filter = random.nextInt(8) == 0 ? random.nextInt(2) * 13 : -1;
        return new Receive(
                number,
                isConnector ? NetlinkProtocol.NETLINK_CONNECTOR : NetlinkProtocol.NETLINK_USERSOCK,
                (1 + random.nextInt(3)) << (FIRST_GROUP - 1),
                rcvbuf,
                random.nextInt(5) == 0,
                random.nextInt(3) == 0,
                filter);
    }

    private static Send send(SplitMix random, int sender, Kind kind, int receivers) {
        int way = random.nextInt(8);
        int receiver = way < 4 ? random.nextInt(receivers) : -1;
        int group = way >= 3 ? FIRST_GROUP + random.nextInt(2) : 0;
        int size = random.nextInt(6) == 0 ? 100 << random.nextInt(6) : random.nextInt(20);
        return new Send(sender, kind, receiver, group, size);
    }

    // ---- A run ------------------------------------------------------------------------------

    @Override
    public TrafficSeen run(VirtualKernel kernel, Setting setting, List<TrafficAction> plan) {
        List<Receiver> receivers = new ArrayList<>();
        for (TrafficAction action : plan) {
            if (action instanceof Receive receive) {
                receivers.add(new Receiver(receive));
            }
        }
        TrafficSeen seen = new TrafficSeen(kernel, receivers);
        if (receivers.isEmpty()) {
            return seen;
        }
        if (receivers.getFirst().spec.protocol() == NetlinkProtocol.NETLINK_CONNECTOR) {
            kernel.insmod(ConnectorModule.class);
        }
        seen.hasFaults = setting.strain().isShortOfMemory();
        kernel.trace().addListener(seen);
        new TrafficRun(kernel, seen, plan).run(setting.strain());
        return seen;
    }
}
