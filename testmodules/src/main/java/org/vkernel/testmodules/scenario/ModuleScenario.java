package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;

/** One module of the user's, loaded alone (after what it depends on). */
record ModuleScenario(Class<? extends KernelModule> module) implements Scenario {
    @Override
    public String name() {
        return module.getName();
    }

    @Override
    public String description() {
        return "the module " + module.getName() + ", loaded alone";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(1);
    }

    @Override
    public List<Class<? extends KernelModule>> modules() {
        return ImmutableList.of(module);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        options.modprobe(kernel, module);
    }
}
