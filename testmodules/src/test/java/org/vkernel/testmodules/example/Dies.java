package org.vkernel.testmodules.example;

import java.time.Duration;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;

/** One process, which dies of an exception. */
public final class Dies implements Scenario {
    @Override
    public String name() {
        return "dies";
    }

    @Override
    public String description() {
        return "a process that dies of an exception";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(1);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        kernel.spawn(
                "listener",
                process -> {
                    throw new IllegalStateException("no answer");
                });
    }
}
