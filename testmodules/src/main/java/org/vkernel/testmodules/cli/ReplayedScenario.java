package org.vkernel.testmodules.cli;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.explore.ReplayToken;
import org.vkernel.testmodules.scenario.RunResult;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;
import org.vkernel.testmodules.scenario.ScenarioRun;

/** A scenario that a token names: what {@code run} and {@code explore} print. */
final class ReplayedScenario implements ReplayedProgram {
    private final Scenario scenario;
    private final ScenarioOptions options;
    private final KernelConfig config;
    private volatile @Nullable ScenarioRun running;

    /**
     * Reads a token.
     *
     * @param classPath what the user gave with it
     */
    ReplayedScenario(ReplayToken token, List<String> classPath) throws UsageException {
        RunOptions read = ReplayText.options(token, classPath);
        scenario = read.scenario();
        options = read.scenarioOptions();
        config = read.config();
    }

    @Override
    public KernelConfig config() {
        return config;
    }

    @Override
    public ImmutableList<String> heading() {
        return ImmutableList.of();
    }

    @Override
    public RunResult run(KernelConfig with) {
        ScenarioRun run = new ScenarioRun(scenario, with, options);
        running = run;
        return run.run();
    }

    @Override
    public void powerOff() {
        ScenarioRun run = running;
        if (run != null) {
            run.powerOff();
        }
    }
}
