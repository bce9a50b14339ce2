package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.Modules;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.testmodules.cntest.CnTest;
import org.vkernel.testmodules.notify.Flicker;
import org.vkernel.testmodules.notify.Notify;

/** Modules that register with the connector and unregister, and a process that is told of it. */
public final class NotifyScenario implements Scenario {
    private static final int GROUP = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    @Override
    public String name() {
        return "notify";
    }

    @Override
    public String description() {
        return "modules register ids and unregister them, a process is told of it (2.6.14)";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(5);
    }

    @Override
    public Profile profile() {
        return Profile.V2_6_14;
    }

    @Override
    public @Nullable String hint(Profile running, ScenarioOptions options) {
        return running.hasRegistrationNotices()
                ? null
                : "kernel "
                        + running
                        + " has no registration notices: to see some, try --kernel "
                        + Profile.V2_6_14;
    }

    @Override
    public List<Class<? extends KernelModule>> modules() {
        return ImmutableList.of(Flicker.class, CnTest.class);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        options.modprobe(kernel, ConnectorModule.class);
        kernel.spawn("notify", new Notify(GROUP, PATIENCE));
        kernel.spawn("modprobe", process -> loadAndUnload(process, options));
    }

    private static void loadAndUnload(UserProcess process, ScenarioOptions options) {
        VirtualKernel kernel = process.kernel();
        process.sleep(Duration.ofMillis(100)); // until the connector has heard of the request
        options.modprobe(kernel, Flicker.class);
        process.sleep(Duration.ofMillis(1500));
        options.modprobe(kernel, CnTest.class);
        process.sleep(Duration.ofMillis(500));
        kernel.rmmod(Modules.nameOf(CnTest.class));
        process.sleep(Duration.ofMillis(500));
        kernel.rmmod(Modules.nameOf(Flicker.class));
    }
}
