package org.vkernel.testmodules.property.dispatch;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Announce;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Ask;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Faults;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Kind;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Listen;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Own;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Send;
import org.vkernel.testmodules.property.dispatch.DispatchAction.SendShort;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Way;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Ids of the connector that come and go, processes that send to them, a kernel that sends under
 * them, listeners, and processes that want to be told of ids.
 */
public final class Dispatch implements Workload<DispatchAction, DispatchSeen> {
    public static final Dispatch WORKLOAD = new Dispatch();

    private static final int FIRST_IDX = 2;
    private static final int IDS = 4;
    private static final int OWNERS = 2;
    private static final Kind[] KINDS = Kind.values();

    private Dispatch() {}

    /** The properties that are checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(
                new CallbackRuns(WORKLOAD),
                new NoCallbackAfterRemoval(WORKLOAD),
                new SendWithoutGroup(WORKLOAD),
                new NoticesOfRegistrations(WORKLOAD));
    }

    @Override
    public String name() {
        return "dispatch";
    }

    private static CbId id(int number) {
        return CbId.of(FIRST_IDX + number / 2, 1 + number % 2);
    }

    @Override
    public ImmutableList<DispatchAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<DispatchAction> plan = ImmutableList.builder();
        int listeners = 1 + random.nextInt(2);
        for (int i = 0; i < listeners; i++) {
            plan.add(new Listen(i, FIRST_IDX + random.nextInt(IDS / 2)));
        }
        if (setting.profile().hasRegistrationNotices()) {
            int asks = random.nextInt(3);
            CnNotifyReq idx = range(random);
            CnNotifyReq val = idx;
            for (int i = 0; i < asks; i++) {
                if (i == 0 || random.nextInt(2) == 0) {
                    idx = range(random);
                    val = range(random);
                }
                plan.add(new Ask(i, idx, val)); // at times the same as another's
            }
        }
        if (random.nextInt(5) == 0) {
            plan.add(new Faults("failslab:probability=" + (5 + random.nextInt(30))));
        }
        int changes = 2 + random.nextInt(6);
        for (int i = 0; i < changes; i++) {
            int number = random.nextInt(IDS);
            plan.add(new Own(number % OWNERS, id(number), random.nextInt(3) != 0));
        }
        int callers = 1 + random.nextInt(2);
        for (int i = 0; i < callers; i++) {
            int messages = 1 + random.nextInt(4);
            for (int n = 0; n < messages; n++) {
                plan.add(new Send(i, id(random.nextInt(IDS)), random.nextInt(20)));
            }
        }
        if (random.nextInt(4) == 0) {
            plan.add(new SendShort(random.nextInt(callers), 1 + random.nextInt(15)));
        }
        int senders = random.nextInt(3);
        for (int i = 0; i < senders; i++) {
            Kind kind = KINDS[random.nextInt(KINDS.length)];
            int messages = 1 + random.nextInt(3);
            for (int n = 0; n < messages; n++) {
                plan.add(announce(setting, random, i, kind, listeners));
            }
        }
        return plan.build();
    }

    private static CnNotifyReq range(SplitMix random) {
        return new CnNotifyReq(random.nextInt(4), random.nextInt(4) == 0 ? -1 : random.nextInt(3));
    }

    private static Announce announce(
            Setting setting, SplitMix random, int sender, Kind kind, int listeners) {
        Way way =
                switch (random.nextInt(8)) {
                    case 0 -> Way.GROUP;
                    case 1 -> Way.PORT;
                    case 2 -> Way.BOTH;
                    default -> Way.ID;
                };
        if (kind == Kind.HRTIMER && (way == Way.ID || setting.cpus() > 1)) {
            way = setting.cpus() == 1 ? Way.GROUP : Way.PORT;
        }
        return new Announce(sender, kind, id(random.nextInt(IDS)), way, random.nextInt(listeners));
    }

    @Override
    public DispatchSeen run(VirtualKernel kernel, Setting setting, List<DispatchAction> plan) {
        DispatchSeen seen = new DispatchSeen(kernel);
        seen.hasFaults = setting.strain().isShortOfMemory();
        new DispatchRun(kernel, seen, plan).run(setting.strain());
        return seen;
    }
}
