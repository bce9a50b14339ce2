package org.vkernel.testmodules.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.check.CallTraces;
import org.vkernel.emulator.explore.Narrator;
import org.vkernel.emulator.explore.Program.Outcome;
import org.vkernel.emulator.explore.ReplaySchedule;
import org.vkernel.emulator.explore.ReplayToken;
import org.vkernel.emulator.explore.Shrinker;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.emulator.trace.ColumnTrace;
import org.vkernel.testmodules.scenario.RunResult;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;
import org.vkernel.testmodules.scenario.ScenarioProgram;
import org.vkernel.testmodules.scenario.ScenarioRun;
import picocli.CommandLine.Model.CommandSpec;

/** Tells of failing schedules: what failed, the smallest run that does, and its token. */
final class FailureText {
    /** A token of a schedule with more answers than this would be too long to hand on. */
    private static final int MOST_DEVIATIONS = 90;

    private final CommandSpec spec;
    private final Scenario scenario;
    private final KernelConfig config;
    private final ScenarioOptions options;

    /**
     * Tells of failures of one program.
     *
     * @param spec the options that the user gave
     */
    FailureText(CommandSpec spec, Scenario scenario, KernelConfig config, ScenarioOptions options) {
        this.spec = spec;
        this.scenario = scenario;
        this.config = config;
        this.options = options;
    }

    /** The command that repeats a run whose schedule is drawn from its seed. */
    static String replay(CommandSpec spec, String strategy, long seed, String fingerprint) {
        return command(spec, strategy, seed, null, fingerprint);
    }

    private static String command(
            CommandSpec spec,
            String strategy,
            long seed,
            @Nullable SparseSchedule schedule,
            String fingerprint) {
        ReplayToken token =
                new ReplayToken(
                        ReplayText.of(spec),
                        strategy,
                        seed,
                        schedule,
                        ReplayToken.checkOf(fingerprint));
        String classPath = spec.findOption("--class-path").getValue();
        return "vkernel replay " + token + (classPath == null ? "" : " --class-path " + classPath);
    }

    /** A failure in one line, and how to repeat it. */
    String line(Exploration.Failure failure, String strategy) {
        int @Nullable [] schedule = failure.schedule();
        String fingerprint = failure.outcome().fingerprint();
        return heading(failure)
                + ": "
                + (schedule == null
                        ? replay(spec, strategy, failure.seed(), fingerprint)
                        : replay(failure.seed(), SparseSchedule.of(schedule), fingerprint));
    }

    private static String heading(Exploration.Failure failure) {
        return "failure in schedule " + (failure.number() + 1) + ": " + failure.outcome().failure();
    }

    /**
     * Shrinks a failure, and tells of it.
     *
     * @param strategy what drew its schedule, unless it has one
     */
    List<String> lines(Exploration.Failure failure, String strategy) {
        KernelConfig seeded = config.seed(failure.seed());
        ScenarioProgram program = new ScenarioProgram(scenario, seeded, options);
        String what = Objects.requireNonNull(failure.outcome().failure());
        SparseSchedule found = SparseSchedule.of(schedule(failure, program, strategy));
        Shrinker shrinker = new Shrinker(program, what);
        SparseSchedule shrunk = shrinker.shrink(found);

        ColumnTrace columns = ColumnTrace.ofTheEnd(config.cpus());
        KernelConfig shown =
                seeded.callTraces(CallTraces.ALL)
                        .trace(columns)
                        .strategy(seed -> new Narrator(shrunk.strategy(), columns));
        RunResult result = new ScenarioRun(scenario, shown, options).run();

        List<String> lines = new ArrayList<>();
        lines.add(heading(failure));
        result.reports().stream()
                .filter(report -> !report.known())
                .findFirst()
                .ifPresent(report -> report.lines().forEach(line -> lines.add("  " + line)));
        lines.add(
                String.format(
                        "  shrunk from %d to %d answers other than \"go on\", in %d runs:",
                        found.size(), shrunk.size(), shrinker.runs()));
        columns.lines().forEach(line -> lines.add("  " + line));
        lines.add("  " + shortest(failure, strategy, shrunk, result.fingerprint()));
        return lines;
    }

    /** By the shrunk schedule; by the seed, where that would be too long. */
    private String shortest(
            Exploration.Failure failure,
            String strategy,
            SparseSchedule shrunk,
            String fingerprint) {
        boolean isTooLong = shrunk.size() > MOST_DEVIATIONS && failure.schedule() == null;
        return isTooLong
                ? replay(spec, strategy, failure.seed(), failure.outcome().fingerprint())
                : replay(failure.seed(), shrunk, fingerprint);
    }

    private String replay(long seed, SparseSchedule schedule, String fingerprint) {
        return command(spec, ReplaySchedule.NAME, seed, schedule, fingerprint);
    }

    private static int[] schedule(
            Exploration.Failure failure, ScenarioProgram program, String strategy) {
        int @Nullable [] known = failure.schedule();
        if (known != null) {
            return known;
        }
        Outcome again = program.run(Strategies.of(strategy, failure.seed()), true);
        return again.schedule();
    }
}
