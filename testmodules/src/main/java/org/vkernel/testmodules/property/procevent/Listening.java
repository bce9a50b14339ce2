package org.vkernel.testmodules.property.procevent;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.connector.abi.ProcEventType;
import org.vkernel.connector.abi.ProcInputLayout;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.testmodules.property.procevent.ListeningAction.Ask;
import org.vkernel.testmodules.property.procevent.ListeningAction.Close;
import org.vkernel.testmodules.property.procevent.ListeningAction.Happen;
import org.vkernel.testmodules.property.procevent.ListeningAction.Open;
import org.vkernel.testmodules.property.procevent.ListeningAction.What;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * A few sockets that ask for process events, for some of them, for none or for what means nothing,
 * and close; and processes in between that there is something to tell of.
 */
public final class Listening implements Workload<ListeningAction, Listening.Seen> {
    static final Listening WORKLOAD = new Listening();

    private static final int SLOTS = 3;
    private static final int UNKNOWN_OPERATION = 99;
    private static final int UNKNOWN_EVENT = 0x8;
    private static final int[] OPERATIONS = {
        ProcInputLayout.PROC_CN_MCAST_LISTEN,
        ProcInputLayout.PROC_CN_MCAST_LISTEN,
        ProcInputLayout.PROC_CN_MCAST_IGNORE,
        ProcInputLayout.PROC_CN_MCAST_IGNORE,
        UNKNOWN_OPERATION,
        0
    };
    private static final int[] EVENTS = {
        0,
        ProcEventType.PROC_EVENT_ALL,
        ProcEventType.PROC_EVENT_FORK,
        ProcEventType.PROC_EVENT_COMM | ProcEventType.PROC_EVENT_EXEC,
        ProcEventType.PROC_EVENT_UID | ProcEventType.PROC_EVENT_GID,
        ProcEventType.PROC_EVENT_SID | ProcEventType.PROC_EVENT_COREDUMP,
        ProcEventType.PROC_EVENT_EXIT,
        ProcEventType.PROC_EVENT_NONZERO_EXIT,
        UNKNOWN_EVENT
    };
    private static final int[] LENGTHS = {
        ProcInputLayout.SIZE_OLD,
        ProcInputLayout.SIZE_OLD,
        ProcInputLayout.SIZE_OLD,
        ProcInputLayout.SIZE,
        ProcInputLayout.SIZE,
        ProcInputLayout.SIZE,
        0,
        ProcInputLayout.SIZE_OLD + 1,
        ProcInputLayout.SIZE + ProcInputLayout.SIZE_OLD
    };
    private static final What[] WHATS = What.values();

    private Listening() {}

    /**
     * Something that is otherwise than it should be.
     *
     * @param kind what, in words that are the same in every run
     */
    record Difference(String kind, String detail) {}

    /** What a run showed. */
    static final class Seen {
        final List<Difference> differences = new ArrayList<>();
    }

    /** The properties that are checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new EventsAreToldWhileSomebodyListens(WORKLOAD));
    }

    @Override
    public boolean bearsShortage() {
        return false;
    }

    @Override
    public String name() {
        return "listening";
    }

    @Override
    public boolean suits(Setting setting) {
        return setting.profile().processEvents() != Profile.ProcessEvents.NONE;
    }

    @Override
    public ImmutableList<ListeningAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<ListeningAction> plan = ImmutableList.builder();
        int slots = 1 + random.nextInt(SLOTS);
        for (int slot = 0; slot < slots; slot++) {
            plan.add(new Open(slot, random.nextInt(4) != 0));
        }
        for (int steps = 2 + random.nextInt(6); steps > 0; steps--) {
            int slot = random.nextInt(slots);
            switch (random.nextInt(8)) {
                case 0 -> plan.add(new Close(slot));
                case 1 -> plan.add(new Open(slot, random.nextInt(4) != 0));
                default ->
                        plan.add(
                                new Ask(
                                        slot,
                                        OPERATIONS[random.nextInt(OPERATIONS.length)],
                                        EVENTS[random.nextInt(EVENTS.length)],
                                        LENGTHS[random.nextInt(LENGTHS.length)],
                                        random.nextInt(4) == 0));
            }
            if (random.nextInt(2) == 0) {
                plan.add(new Happen(WHATS[random.nextInt(WHATS.length)], random.nextInt(2)));
            }
        }
        plan.add(new Happen(WHATS[random.nextInt(WHATS.length)], random.nextInt(2)));
        return plan.build();
    }

    @Override
    public Seen run(VirtualKernel kernel, Setting setting, List<ListeningAction> plan) {
        Seen seen = new Seen();
        new ListeningRun(kernel, seen, plan).run();
        return seen;
    }
}
