package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.testmodules.procmon.EventfulDay;
import org.vkernel.testmodules.procmon.Procmon;

/** Processes that fork, exec, change and end, and a process that is told of it. */
public final class ProcmonScenario implements Scenario {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    @Override
    public String name() {
        return "procmon";
    }

    @Override
    public String description() {
        return "processes fork, exec, change their ids and crash, a process is told of it";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(3);
    }

    @Override
    public @Nullable String hint(Profile running, ScenarioOptions options) {
        return running.processEvents() == Profile.ProcessEvents.NONE
                ? "kernel "
                        + running
                        + " has no process events: to see some, try --kernel "
                        + Profile.DEFAULT
                : null;
    }

    @Override
    public List<Class<? extends KernelModule>> modules() {
        return ImmutableList.of(ConnectorModule.class);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        options.modprobe(kernel, ConnectorModule.class);
        kernel.spawn("procmon", new Procmon(PATIENCE));
        kernel.spawn("sh", new EventfulDay());
    }
}
