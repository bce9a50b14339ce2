package org.vkernel.testmodules.cli;

import com.google.common.collect.ImmutableList;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.check.CallTraces;
import org.vkernel.emulator.explore.DepthFirstSearch;
import org.vkernel.emulator.explore.PartialOrderSearch;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;
import org.vkernel.testmodules.scenario.ScenarioProgram;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code vkernel explore}: runs a scenario under many schedules, and gives a token for each that
 * fails.
 */
public final class ExploreCommand implements VkernelCommand {
    private static final int DEFAULT_SCHEDULES = 1_000;
    private static final int DEFAULT_BOUND = 2;

    @Override
    public String name() {
        return "explore";
    }

    @Override
    public String description() {
        return "Runs a scenario under many schedules, and shrinks what fails.";
    }

    @Override
    public void describe(CommandSpec spec) {
        RunOptions.describe(spec, ImmutableList.of(DepthFirstSearch.NAME, PartialOrderSearch.NAME));
        RunOptions.number(
                spec,
                "--schedules",
                1,
                Integer.MAX_VALUE,
                "How many schedules at most. Default: "
                        + DEFAULT_SCHEDULES
                        + "; all, with --strategy "
                        + DepthFirstSearch.NAME
                        + " or "
                        + PartialOrderSearch.NAME
                        + ".");
        RunOptions.number(
                spec,
                "--bound",
                0,
                1_000,
                "Most unforced choices of a schedule, with --strategy "
                        + DepthFirstSearch.NAME
                        + ": preemptions, interrupts while a CPU is busy, time that passes early,"
                        + " faults. Default: "
                        + DEFAULT_BOUND
                        + ".");
    }

    @Override
    public int run(CommandSpec spec, Console console) throws UsageException {
        RunOptions options = new RunOptions(spec);
        ScenarioOptions scenarioOptions = options.scenarioOptions();
        KernelConfig config = options.config().callTraces(CallTraces.NONE);
        if (!config.isSimulated()) {
            throw new UsageException(
                    "--machine: the parallel machine makes no choices: expected simulated");
        }
        OptionSpec given = spec.findOption("--strategy");
        String strategy = given.getValue() == null ? RandomWalk.NAME : given.getValue();
        Integer schedules = spec.findOption("--schedules").getValue();
        Integer bound = spec.findOption("--bound").getValue();
        boolean isExhaustive = strategy.equals(DepthFirstSearch.NAME);
        boolean isReduced = strategy.equals(PartialOrderSearch.NAME);
        long most = schedules == null ? Long.MAX_VALUE : schedules;
        if (bound != null && !isExhaustive) {
            throw new UsageException("--bound: expected with --strategy " + DepthFirstSearch.NAME);
        }

        Scenario scenario = options.scenario();
        Exploration exploration =
                new Exploration(
                        seed -> new ScenarioProgram(scenario, config.seed(seed), scenarioOptions),
                        config.seed());
        console.onInterrupt(exploration::stop);
        long begin = System.nanoTime();
        String suited = strategy;
        long cuts = 0;
        try (var _ = progress(console, exploration, schedules)) {
            if (isExhaustive) {
                exploration.search(bound == null ? DEFAULT_BOUND : bound, most);
            } else if (isReduced) {
                cuts = exploration.reduce(most);
            } else {
                int length =
                        new ScenarioProgram(scenario, config, scenarioOptions)
                                .run(new RandomWalk(config.seed()), true)
                                .schedule()
                                .length;
                suited = Strategies.suited(strategy, length);
                exploration.sample(suited, schedules == null ? DEFAULT_SCHEDULES : schedules);
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        FailureText text = new FailureText(spec, scenario, config, scenarioOptions);
        tellFailures(console, exploration, text, suited);
        String counts =
                String.format("%d failures, %d known", exploration.failed(), exploration.known());
        if (isReduced) {
            console.println(
                    cuts
                            + " more were cut short: they differed only in the order of steps that do"
                            + " not depend on each other");
        }
        String line;
        if (exploration.isStopped()) {
            line = String.format("stopped after %d schedules, %s", exploration.done(), counts);
        } else if (isExhaustive) {
            line =
                    String.format(
                            "all %d schedules with at most %d unforced choices, %s",
                            exploration.done(), bound == null ? DEFAULT_BOUND : bound, counts);
        } else if (isReduced) {
            line = String.format("all %d schedules, %s", exploration.done(), counts);
        } else {
            line =
                    String.format(
                            Locale.ROOT,
                            "%d schedules, %s, %.1f schedules/s",
                            exploration.done(),
                            counts,
                            exploration.done() / seconds);
        }
        console.println(line);
        return exploration.failed() == 0 ? Main.OK : Main.FAILED;
    }

    /** The first failure of each kind is shrunk and shown; the others have a line each. */
    private static void tellFailures(
            Console console, Exploration exploration, FailureText text, String strategy) {
        Set<String> shown = new HashSet<>();
        for (Exploration.Failure failure : exploration.failures()) {
            String what = String.valueOf(failure.outcome().failure());
            if (shown.add(what)) {
                text.lines(failure, strategy).forEach(console::println);
                continue;
            }
            console.println(text.line(failure, strategy));
        }
        int more = exploration.failed() - exploration.failures().size();
        if (more > 0) {
            console.println("and " + more + " failures more");
        }
    }

    private static LiveProgress progress(
            Console console, Exploration exploration, @Nullable Integer schedules) {
        long begin = System.nanoTime();
        return LiveProgress.start(
                console.err(),
                () -> {
                    long done = exploration.done();
                    String of = schedules == null ? "" : " of " + schedules;
                    return String.format(
                            "explore: %d%s schedules, %d failures%s%s",
                            done,
                            of,
                            exploration.failed(),
                            LiveProgress.speed(done, begin),
                            schedules == null ? "" : LiveProgress.left(done, schedules, begin));
                });
    }
}
