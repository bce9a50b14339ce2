package org.vkernel.testmodules.property.naming;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SockaddrNlLayout;
import org.vkernel.testmodules.property.naming.NamingAction.AskGroup;
import org.vkernel.testmodules.property.naming.NamingAction.Become;
import org.vkernel.testmodules.property.naming.NamingAction.Bind;
import org.vkernel.testmodules.property.naming.NamingAction.Change;
import org.vkernel.testmodules.property.naming.NamingAction.Close;
import org.vkernel.testmodules.property.naming.NamingAction.Connect;
import org.vkernel.testmodules.property.naming.NamingAction.Grow;
import org.vkernel.testmodules.property.naming.NamingAction.Memberships;
import org.vkernel.testmodules.property.naming.NamingAction.Open;
import org.vkernel.testmodules.property.naming.NamingAction.Send;
import org.vkernel.testmodules.property.naming.NamingAction.Tell;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * A few processes, each with sockets and port ids of its own, that name, join and close them as
 * they like.
 */
public final class Naming implements Workload<NamingAction, NamingSeen> {
    static final Naming WORKLOAD = new Naming();

    /** A protocol whose owner decides who joins. */
    static final int OWNED = 17;

    /** One that nobody has. */
    static final int NOBODYS = 20;

    static final int SLOTS = 3;
    static final int IDS = 3;

    private static final int MOST_PROCESSES = 3;
    private static final int COMMON_GROUPS = 3;
    private static final int GROW_EACH = 12;
    private static final int MOST_GROUPS = 300;
    private static final int[] PROTOCOLS = {
        OWNED,
        OWNED,
        OWNED,
        NetlinkProtocol.NETLINK_USERSOCK,
        NetlinkProtocol.NETLINK_CONNECTOR,
        NetlinkProtocol.NETLINK_CONNECTOR,
        NOBODYS
    };
    private static final int[] GROUPS = {0, 1, 2, 5, 31, 32, 33, 40, 63, 64, 65, 70, 128, -1};

    private Naming() {}

    /** The properties that are checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(
                new CallsFollowTheModel(WORKLOAD),
                new OwnersAreAsked(WORKLOAD),
                new OwnersCountMembers(WORKLOAD),
                new UsersJoinWhatTheyMay(WORKLOAD),
                new NothingIsLeftOfSockets(WORKLOAD),
                new PortIdsCannotBeForetold(WORKLOAD),
                new ProtocolsComeAndGo(Passing.WORKLOAD));
    }

    @Override
    public boolean bearsShortage() {
        return false;
    }

    @Override
    public String name() {
        return "naming";
    }

    @Override
    public ImmutableList<NamingAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<NamingAction> plan = ImmutableList.builder();
        int processes = 1 + random.nextInt(MOST_PROCESSES);
        for (int process = 0; process < processes; process++) {
            // The fewer there are, the more they are in each other's way.
            int ids = 1 + random.nextInt(IDS);
            int protocols = random.nextInt(2) == 0 ? 1 : PROTOCOLS.length;
            int steps = 5 + random.nextInt(20);
            plan.add(new Become(process, 0, random.nextInt(3) == 0));
            plan.add(new Open(process, 0, PROTOCOLS[random.nextInt(protocols)]));
            for (int i = 0; i < steps; i++) {
                plan.add(
                        processes == 1 && random.nextInt(GROW_EACH) == 0
                                ? new Grow(process, 0, 1 + random.nextInt(MOST_GROUPS))
                                : step(process, ids, protocols, random));
            }
        }
        return plan.build();
    }

    private static NamingAction step(int process, int ids, int protocols, SplitMix random) {
        int slot = random.nextInt(SLOTS);
        int failing = random.nextInt(6) == 0 ? 1 : 0;
        return switch (random.nextInt(19)) {
            case 0, 1, 2 -> new Open(process, slot, PROTOCOLS[random.nextInt(protocols)]);
            case 3, 4, 5 -> new Bind(process, slot, random.nextInt(ids + 1), mask(random), failing);
            case 6, 7, 8 ->
                    new Change(process, slot, group(random), random.nextInt(2) == 0, failing);
            case 9, 10 ->
                    new Connect(
                            process,
                            slot,
                            length(random),
                            family(random),
                            id(random),
                            mask(random));
            case 11, 12, 13 ->
                    new Send(
                            process,
                            slot,
                            random.nextInt(3) == 0 ? 0 : length(random),
                            family(random),
                            id(random),
                            mask(random),
                            room(random),
                            random.nextInt(2) == 0);
            case 14, 15 ->
                    new Tell(
                            process,
                            slot,
                            id(random),
                            random.nextInt(2) == 0 ? 0 : Math.max(1, group(random)),
                            room(random),
                            random.nextInt(2) == 0);
            case 16 -> new Memberships(process, slot, random.nextInt(4) * 4);
            case 17 ->
                    random.nextInt(2) == 0
                            ? new Close(process, slot)
                            : new AskGroup(process, slot, random.nextInt(3) != 0);
            default -> new Become(process, slot, random.nextInt(2) == 0);
        };
    }

    private static int group(SplitMix random) {
        return random.nextInt(2) == 0
                ? 1 + random.nextInt(COMMON_GROUPS)
                : GROUPS[random.nextInt(GROUPS.length)];
    }

    /** More than a message has, or less. */
    private static int room(SplitMix random) {
        return NamingReader.LEAST + random.nextInt(2 * NamingReader.BYTES);
    }

    /** Often of a group that others are in, too. */
    private static int mask(SplitMix random) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> 0;
            case 2, 3 -> 1 << random.nextInt(COMMON_GROUPS);
            case 4 -> 1 << random.nextInt(Integer.SIZE);
            default -> sparse(random.nextLong(), random.nextLong());
        };
    }

    /** About one bit in four. */
    private static int sparse(long one, long other) {
        return (int) (one & other);
    }

    private static int id(SplitMix random) {
        return random.nextInt(IDS + 2) - 1;
    }

    private static int length(SplitMix random) {
        return random.nextInt(6) == 0
                ? 2 + random.nextInt(SockaddrNlLayout.SIZE)
                : SockaddrNlLayout.SIZE;
    }

    private static int family(SplitMix random) {
        return switch (random.nextInt(16)) {
            case 0 -> AddressFamily.AF_UNSPEC;
            case 1 -> AddressFamily.AF_NETLINK + 1;
            default -> AddressFamily.AF_NETLINK;
        };
    }

    @Override
    public NamingSeen run(VirtualKernel kernel, Setting setting, List<NamingAction> plan) {
        NamingSeen seen = new NamingSeen();
        new NamingRun(kernel, seen, plan).run();
        return seen;
    }
}
