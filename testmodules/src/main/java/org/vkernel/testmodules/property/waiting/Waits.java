package org.vkernel.testmodules.property.waiting;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;
import org.vkernel.testmodules.property.waiting.WaitAction.What;

/** Receivers with no room to speak of, that take their time, and senders that wait for them. */
public final class Waits implements Workload<WaitAction, Waits.Seen> {
    static final Waits WORKLOAD = new Waits();

    private static final int MOST_RECEIVERS = 2;
    private static final int MOST_SENDERS = 3;
    private static final int MOST_TICKS = 6;
    private static final What[] RECEIVING = {
        What.LOOK,
        What.LOOK,
        What.TAKE,
        What.TAKE,
        What.AWAIT,
        What.AWAIT,
        What.AWAIT,
        What.POLL,
        What.OPTION,
        What.OPTION,
        What.PAUSE,
        What.PAUSE,
        What.PAUSE,
        What.REOPEN
    };
    private static final What[] SENDING = {
        What.SEND,
        What.SEND,
        What.SEND,
        What.SEND,
        What.PAUSE,
        What.PAUSE,
        What.TELL,
        What.TELL,
        What.ERROR
    };

    private Waits() {}

    /**
     * A call that might wait, and how long it took.
     *
     * @param result what it returned
     * @param began its place in the order of all that begins
     */
    record Call(WaitAction action, int result, int began, long beganNs, long ns) {
        long endedNs() {
            return beganNs + ns;
        }
    }

    /**
     * Something that a receiver waits for: a message, or an error.
     *
     * @param began as a call's
     */
    record Stimulus(int receiver, int began, long endedNs) {}

    /** What a run showed. */
    static final class Seen {
        final List<Call> calls = new ArrayList<>();
        final List<Stimulus> stimuli = new ArrayList<>();

        /** Sends that were given up although there had been room. */
        final List<String> starved = new ArrayList<>();

        final long tickNs;
        private int begun;

        /** Whether time passes also where it need not. */
        final boolean jitter;

        Seen(long tickNs, boolean jitter) {
            this.tickNs = tickNs;
            this.jitter = jitter;
        }

        /** The place of what begins now. */
        int begin() {
            return ++begun;
        }
    }

    /** The property that is checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new CallsEndInTime(WORKLOAD));
    }

    @Override
    public boolean bearsShortage() {
        return false;
    }

    @Override
    public String name() {
        return "waits";
    }

    @Override
    public ImmutableList<WaitAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<WaitAction> plan = ImmutableList.builder();
        int receivers = 1 + random.nextInt(MOST_RECEIVERS);
        for (int process = 0; process < receivers; process++) {
            for (int steps = 2 + random.nextInt(10); steps > 0; steps--) {
                What what = RECEIVING[random.nextInt(RECEIVING.length)];
                plan.add(new WaitAction(true, process, what, 0, 1 + random.nextInt(MOST_TICKS)));
            }
        }
        int senders = 1 + random.nextInt(MOST_SENDERS);
        for (int process = 0; process < senders; process++) {
            for (int steps = 2 + random.nextInt(6); steps > 0; steps--) {
                What what = SENDING[random.nextInt(SENDING.length)];
                int ticks =
                        what == What.SEND && random.nextInt(4) == 0
                                ? 0
                                : 1 + random.nextInt(MOST_TICKS);
                plan.add(new WaitAction(false, process, what, random.nextInt(receivers), ticks));
            }
        }
        return plan.build();
    }

    @Override
    public Seen run(VirtualKernel kernel, Setting setting, List<WaitAction> plan) {
        Seen seen = new Seen(kernel.clock().tickNs(), kernel.config().jitter());
        new WaitsRun(kernel, seen).run(plan);
        return seen;
    }
}
