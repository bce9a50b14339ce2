package org.vkernel.testmodules.scenario;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.explore.Program;
import org.vkernel.emulator.sched.Strategy;

/** A scenario as a program that is run under one schedule after the other. */
public final class ScenarioProgram implements Program {
    private final Scenario scenario;
    private final KernelConfig config;
    private final ScenarioOptions options;

    /**
     * Makes a program of a scenario.
     *
     * @param config what each kernel is booted with; its seed is what the machine's chance is drawn
     *     from, its strategy is not used
     */
    public ScenarioProgram(Scenario scenario, KernelConfig config, ScenarioOptions options) {
        this.scenario = scenario;
        this.config = config;
        this.options = options;
    }

    @Override
    public Outcome run(Strategy strategy, boolean recording) {
        KernelConfig once = config.strategy(seed -> strategy).recording(recording);
        RunResult result = new ScenarioRun(scenario, once, options).run();
        return new Outcome(
                failure(result),
                result.reports().stream().anyMatch(BugReport::known),
                result.fingerprint(),
                result.schedule().toArray());
    }

    /** The first report's rule and place, or why the run failed; null if it did not. */
    public static @Nullable String failure(RunResult result) {
        for (BugReport report : result.reports()) {
            if (!report.known()) {
                String place = report.stack().isEmpty() ? "" : " at " + report.stack().getFirst();
                return report.rule() + place;
            }
        }
        return result.failure();
    }
}
