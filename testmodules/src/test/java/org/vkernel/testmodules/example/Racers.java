package org.vkernel.testmodules.example;

import java.time.Duration;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;

/** Three processes that print as fast as they can. */
public final class Racers implements Scenario {
    @Override
    public String name() {
        return "racers";
    }

    @Override
    public String description() {
        return "three processes that print as fast as they can";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(1);
    }

    @Override
    public List<Class<? extends KernelModule>> modules() {
        return List.of(Greeter.class);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        kernel.printk(
                LogLevel.NOTICE,
                "Linux version %s, HZ %d",
                kernel.profile(),
                kernel.config().ticksPerSecond());
        options.modprobe(kernel, Greeter.class);
        for (int racer = 0; racer < 3; racer++) {
            String name = "racer" + racer;
            kernel.spawn(
                    name,
                    process -> {
                        for (int lap = 0; lap < 5; lap++) {
                            int line = lap;
                            kernel.run(() -> process.print(name + " lap " + line));
                        }
                    });
        }
    }
}
