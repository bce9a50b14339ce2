package org.vkernel.testmodules.example;

import java.time.Duration;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;

/** A scenario with a mistake of its own. */
public final class CannotStart implements Scenario {
    @Override
    public String name() {
        return "cannot_start";
    }

    @Override
    public String description() {
        return "a scenario with a mistake";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(1);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        throw new IllegalArgumentException("half\na scenario");
    }
}
