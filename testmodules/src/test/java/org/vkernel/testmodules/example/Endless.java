package org.vkernel.testmodules.example;

import java.time.Duration;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;

/** A process that prints a line each second, for longer than anybody waits. */
public final class Endless implements Scenario {
    @Override
    public String name() {
        return "endless";
    }

    @Override
    public String description() {
        return "a process that prints for years";
    }

    @Override
    public Duration duration() {
        return Duration.ofDays(36_500);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        kernel.spawn(
                "clock",
                process -> {
                    while (true) {
                        process.print("tick");
                        process.sleep(Duration.ofSeconds(1));
                    }
                });
    }
}
