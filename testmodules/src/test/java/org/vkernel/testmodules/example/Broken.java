package org.vkernel.testmodules.example;

import java.time.Duration;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;

/** A scenario that no object can be made of. */
public final class Broken implements Scenario {
    public Broken() {
        throw new IllegalStateException("not\ntoday");
    }

    @Override
    public String name() {
        return "broken";
    }

    @Override
    public String description() {
        return "never seen";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(1);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        // Nobody gets here.
    }
}
