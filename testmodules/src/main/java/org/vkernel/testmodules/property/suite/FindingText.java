package org.vkernel.testmodules.property.suite;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.explore.Narrator;
import org.vkernel.emulator.explore.ReplaySchedule;
import org.vkernel.emulator.explore.ReplayToken;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.emulator.trace.ColumnTrace;
import org.vkernel.testmodules.property.suite.PlanShrinker.Small;

/** Tells of what a hunt has found: what failed, the smallest run that does, and its token. */
public final class FindingText {
    private static final int MOST_TOKEN = 400;

    private FindingText() {}

    /** Makes a finding smaller, and tells of it; the last line says how to repeat it. */
    public static List<String> lines(Finding finding) {
        Small small =
                new PlanShrinker(finding.failure(), finding.strategy()).shrink(finding.trial());
        List<String> lines = new ArrayList<>();
        ReplayToken token = show(small.trial(), small.schedule(), !finding.isOfProperty(), lines);
        if (token.toString().length() > MOST_TOKEN) {
            token = finding.token();
        }
        lines.add(
                1,
                String.format(
                        "trial %d, %s; shrunk to %d actions and %d answers other than \"go on\":",
                        finding.number() + 1,
                        finding.trial().setting(),
                        small.trial().actions().size(),
                        small.schedule().size()));
        lines.add("to repeat it: vkernel replay " + token + ", or in the test");
        lines.add("-Dvkernel.replay=" + token);
        return lines;
    }

    /**
     * Runs a trial once more, and tells all of it.
     *
     * @param endsAtReport whether what comes behind a report of the kernel is of no interest,
     *     though it is a known one
     */
    private static ReplayToken show(
            Trial trial, SparseSchedule schedule, boolean endsAtReport, List<String> lines) {
        ColumnTrace columns = ColumnTrace.ofTheEnd(trial.setting().cpus());
        List<String> log = new ArrayList<>();
        Trial.Result result =
                trial.run(
                        trial.setting()
                                .config(trial.seed())
                                .trace(event -> {
                                    columns.accept(event);
                                    if (endsAtReport && event.kind().name().equals("bug_report")) {
                                        columns.close();
                                    }
                                })
                                .log(log::add),
                        new Narrator(schedule.strategy(), columns),
                        false,
                        columns::close);
        lines.add(String.valueOf(result.outcome().failure()));
        result.detail().lines().forEach(line -> lines.add("  " + line));
        lines.add("the plan:");
        trial.planLines().forEach(line -> lines.add("  " + line));
        lines.add("the run, and its end:");
        lines.addAll(columns.lines());
        if (!log.isEmpty() && !endsAtReport) { // else it is the report's text once more
            lines.add("the kernel's log:");
            lines.addAll(log);
        }
        return new ReplayToken(
                trial.toString(),
                ReplaySchedule.NAME,
                trial.seed(),
                schedule,
                ReplayToken.checkOf(result.outcome().fingerprint()));
    }

    /**
     * Runs the trial of a token again.
     *
     * @throws AssertionError telling all of it if it fails, or if it is not the run that it was
     */
    public static void replay(PropertySuite suite, ReplayToken token) {
        Trial trial = Trial.parse(suite, token.program());
        SparseSchedule given = token.schedule();
        SparseSchedule schedule = given == null ? recorded(trial, token) : given;
        String fingerprint = trial.run(schedule.strategy(), false).fingerprint();
        if (ReplayToken.checkOf(fingerprint) != token.check()) {
            throw new AssertionError(
                    String.format(
                            "the token is of another version of the program: its run had a"
                                    + " fingerprint that begins with %08x, this one's is %s",
                            token.check(), fingerprint));
        }
        List<String> lines = new ArrayList<>();
        var _ = show(trial, schedule, false, lines);
        if (!lines.getFirst().equals("null")) {
            throw new AssertionError(String.join("\n", lines));
        }
    }

    private static SparseSchedule recorded(Trial trial, ReplayToken token) {
        return SparseSchedule.of(
                trial.run(Strategies.of(token.strategy(), token.seed()), true).schedule());
    }
}
