package org.vkernel.testmodules.property.identity;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.netlink.wire.Ucred;
import org.vkernel.testmodules.property.identity.IdentityAction.Become;
import org.vkernel.testmodules.property.identity.IdentityAction.Send;
import org.vkernel.testmodules.property.identity.IdentityAction.To;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/** Processes of several users that send to init, to its group and to a callback. */
public final class Identities implements Workload<IdentityAction, Identities.Seen> {
    static final Identities WORKLOAD = new Identities();

    private static final int MOST_PROCESSES = 3;
    private static final int LARGE_BYTES = 9000;
    private static final To[] TOS = To.values();

    private Identities() {}

    /**
     * A message that was sent.
     *
     * @param who the credentials that it must be shown with
     * @param group the group that it went to, 0 for none
     */
    record Sent(byte[] bytes, int portid, Ucred who, int group) {}

    /** What somebody was shown of a message, and of its sender. */
    record Shown(String by, byte[] bytes, int portid, Ucred who, int group) {}

    /** What a run showed. */
    static final class Seen {
        /** By their numbers, which they begin with. */
        final Map<Integer, Sent> sent = new TreeMap<>();

        final List<Shown> shown = new ArrayList<>();
        final List<byte[]> tapped = new ArrayList<>();

        /** Sends that were refused, or not, otherwise than they should be. */
        final List<String> rights = new ArrayList<>();
    }

    /** The properties that are checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new SendersAreKnown(WORKLOAD), new BytesAreTheSenders(WORKLOAD));
    }

    @Override
    public boolean bearsShortage() {
        return false;
    }

    @Override
    public String name() {
        return "identities";
    }

    @Override
    public ImmutableList<IdentityAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<IdentityAction> plan = ImmutableList.builder();
        int processes = 1 + random.nextInt(MOST_PROCESSES);
        for (int process = 0; process < processes; process++) {
            for (int steps = 1 + random.nextInt(5); steps > 0; steps--) {
                if (random.nextInt(3) == 0) {
                    plan.add(
                            new Become(
                                    process,
                                    random.nextInt(3),
                                    random.nextInt(3),
                                    random.nextInt(3)));
                } else {
                    int bytes = random.nextInt(3) == 0 ? LARGE_BYTES : 200;
                    plan.add(
                            new Send(
                                    process,
                                    TOS[random.nextInt(TOS.length)],
                                    random.nextInt(bytes),
                                    random.nextInt(4)));
                }
            }
        }
        return plan.build();
    }

    @Override
    public Seen run(VirtualKernel kernel, Setting setting, List<IdentityAction> plan) {
        Seen seen = new Seen();
        new IdentitiesRun(kernel, seen).run(plan);
        return seen;
    }
}
