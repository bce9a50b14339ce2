package org.vkernel.testmodules.property.procevent;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.testmodules.property.procevent.LifeAction.Member;
import org.vkernel.testmodules.property.procevent.LifeAction.Step;
import org.vkernel.testmodules.property.procevent.LifeAction.Stranger;
import org.vkernel.testmodules.property.procevent.LifeAction.What;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * Up to three processes that live their lives, listeners from before the first to behind the last,
 * and strangers who would like a say.
 */
public final class Lives implements Workload<LifeAction, Lives.Seen> {
    static final Lives WORKLOAD = new Lives();

    private static final int MOST_PROCESSES = 3;
    private static final What[] WHATS = What.values();

    private Lives() {}

    /**
     * A listener.
     *
     * @param listens whether it asked for all events
     * @param answers the answers to what members asked for
     * @param messages what came behind them
     * @param farewells the answers to its asking for no more, if it listens
     */
    record Heard(
            boolean listens, List<CnMsg> answers, List<CnMsg> messages, List<CnMsg> farewells) {
        /** How many answers to requests it got. */
        int acknowledged() {
            return answers.size();
        }
    }

    /**
     * Something that became of a task.
     *
     * @param texts what is told of it, any of these
     * @param ns when it had not happened yet
     */
    record Fact(ImmutableList<String> texts, long ns) {}

    /** What a run showed. */
    static final class Seen {
        final List<Heard> listeners = new ArrayList<>();

        /** What became of each task, by its id, in its order. */
        final Map<Integer, List<Fact>> lives = new TreeMap<>();
    }

    /** The properties that are checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(
                new EventsAreToldOnce(WORKLOAD),
                new EventsAreNumbered(WORKLOAD),
                new AnswersHaveTheirNumber(WORKLOAD),
                new RequestsAreAnswered(WORKLOAD),
                new EventsHoldNothingElse(WORKLOAD));
    }

    @Override
    public boolean bearsShortage() {
        return false;
    }

    @Override
    public String name() {
        return "lives";
    }

    @Override
    public boolean suits(Setting setting) {
        return setting.profile().processEvents() != Profile.ProcessEvents.NONE;
    }

    @Override
    public ImmutableList<LifeAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<LifeAction> plan = ImmutableList.builder();
        plan.add(new Member(true));
        for (int more = random.nextInt(3); more > 0; more--) {
            plan.add(new Member(random.nextInt(2) == 0));
        }
        for (int strangers = random.nextInt(3); strangers > 0; strangers--) {
            plan.add(
                    new Stranger(
                            random.nextInt(3) == 0,
                            random.nextInt(2) == 0,
                            random.nextInt(4) != 0));
        }
        int processes = 1 + random.nextInt(MOST_PROCESSES);
        for (int process = 0; process < processes; process++) {
            for (int steps = 1 + random.nextInt(5); steps > 0; steps--) {
                plan.add(new Step(process, WHATS[random.nextInt(WHATS.length)], random.nextInt(4)));
            }
        }
        return plan.build();
    }

    @Override
    public Seen run(VirtualKernel kernel, Setting setting, List<LifeAction> plan) {
        Seen seen = new Seen();
        new LivesRun(kernel, seen, plan).run();
        return seen;
    }
}
