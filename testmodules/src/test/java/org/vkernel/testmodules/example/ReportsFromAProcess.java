package org.vkernel.testmodules.example;

import java.time.Duration;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;

/** A process in whose system call a rule is broken. */
public final class ReportsFromAProcess implements Scenario {
    @Override
    public String name() {
        return "reports_from_a_process";
    }

    @Override
    public String description() {
        return "a process in whose system call a rule is broken";
    }

    @Override
    public Duration duration() {
        return Duration.ofHours(1);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        kernel.spawn(
                "victim",
                process ->
                        kernel.run(() -> {
                            kernel.sched().preemptDisable();
                            kernel.sched().mightSleep();
                            kernel.sched().preemptEnable();
                        }));
    }
}
